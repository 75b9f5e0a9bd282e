/*
 * musl's function only fails, because POSIX means a whole process and Linux one thread. Each of keepalived's processes has
 * one thread. Without it vrrp_rt_priority and its siblings have no effect.
 */
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

int __wrap_sched_setscheduler(pid_t process, int policy, const struct sched_param *parameters)
{
	return (int)syscall(SYS_sched_setscheduler, process, policy, parameters);
}
