/*
 * musl finds users and groups only in /etc/passwd and /etc/group, and protocols only in a short list. Hosts know more of
 * them, from LDAP or systemd for example (nsswitch.conf(5)). What musl does not find is requested from the host's
 * getent(1), if there is one, because only glibc can load the host's plug-ins. The results refer to memory that is valid
 * until the next call.
 */
#define _GNU_SOURCE
#include <grp.h>
#include <netdb.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int __real_getpwnam_r(const char *name, struct passwd *user, char *buffer, size_t size, struct passwd **result);
int __real_getgrnam_r(const char *name, struct group *group, char *buffer, size_t size, struct group **result);
struct passwd *__real_getpwuid(uid_t id);
struct protoent *__real_getprotobyname(const char *name);

struct request {
	pid_t process;
	FILE *response;
};

/* Starts getent; the response is NULL if that is impossible. */
static struct request start(const char *database, const char *key)
{
	char *arguments[] = { "getent", "--", (char *)database, (char *)key, NULL };
	char *environment[] = { NULL };
	struct request request = { 0 };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t none;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return request;
	/* keepalived blocks the signals that it reads from a descriptor. */
	sigemptyset(&none);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, ends[1], STDOUT_FILENO);
	if (!posix_spawn(&request.process, "/usr/bin/getent", &files, &attributes, arguments, environment))
		request.response = fdopen(ends[0], "re");
	else
		request.process = 0;
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attributes);
	close(ends[1]);
	if (!request.response)
		close(ends[0]);
	return request;
}

static void finish(struct request request)
{
	if (request.response)
		fclose(request.response);
	if (request.process)
		waitpid(request.process, NULL, 0);
}

/* getent takes a number for an id. */
static int is_number(const char *name)
{
	return !name[strspn(name, "0123456789")];
}

static struct passwd *user_of_getent(const char *key)
{
	struct request request = start("passwd", key);
	struct passwd *found = request.response ? fgetpwent(request.response) : NULL;

	finish(request);
	return found;
}

int __wrap_getpwnam_r(const char *name, struct passwd *user, char *buffer, size_t size, struct passwd **result)
{
	int status = __real_getpwnam_r(name, user, buffer, size, result);

	if (!status && !*result && !is_number(name)) {
		struct passwd *found = user_of_getent(name);
		if (found) {
			*user = *found;
			*result = user;
		}
	}
	return status;
}

struct passwd *__wrap_getpwuid(uid_t id)
{
	struct passwd *found = __real_getpwuid(id);
	char key[16];

	snprintf(key, sizeof(key), "%u", (unsigned)id);
	return found ? found : user_of_getent(key);
}

int __wrap_getgrnam_r(const char *name, struct group *group, char *buffer, size_t size, struct group **result)
{
	int status = __real_getgrnam_r(name, group, buffer, size, result);

	if (!status && !*result && !is_number(name)) {
		struct request request = start("group", name);
		struct group *found = request.response ? fgetgrent(request.response) : NULL;
		finish(request);
		if (found) {
			*group = *found;
			*result = group;
		}
	}
	return status;
}

/* keepalived reads only the number. */
struct protoent *__wrap_getprotobyname(const char *name)
{
	static struct protoent protocol;
	struct protoent *found = __real_getprotobyname(name);

	if (!found) {
		struct request request = start("protocols", name);
		if (request.response && fscanf(request.response, "%*s %d", &protocol.p_proto) == 1)
			found = &protocol;
		finish(request);
	}
	return found;
}
