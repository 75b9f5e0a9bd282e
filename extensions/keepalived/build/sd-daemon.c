/*
 * Replaces libsystemd, which cannot be linked against musl: sends the state as one datagram to the socket in
 * NOTIFY_SOCKET, a path or, with a leading @, a Linux abstract name (the protocol is in sd_notify(3)). Returns 1 if it was
 * sent, 0 if there is no socket or no state, and -errno otherwise.
 */
#define _GNU_SOURCE
#include "sd-daemon.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int send_state(const char *path, const char *state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t length = strlen(path);

	if ((path[0] != '/' && path[0] != '@') || length < 2)
		return -EAFNOSUPPORT;
	if (length >= sizeof(address.sun_path))
		return -E2BIG;
	memcpy(address.sun_path, path, length);
	if (path[0] == '@')
		address.sun_path[0] = '\0';
	else
		length++; /* a path ends with its NUL, an abstract name with its length */

	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	ssize_t sent = sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&address,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length));
	int result = sent < 0 ? -errno : 1;
	close(fd);
	return result;
}

int sd_notify(int unset_environment, const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	int result = path && *state ? send_state(path, state) : 0;

	if (unset_environment)
		unsetenv("NOTIFY_SOCKET");
	return result;
}

int sd_notifyf(int unset_environment, const char *format, ...)
{
	char state[512];
	va_list arguments;

	va_start(arguments, format);
	int length = vsnprintf(state, sizeof(state), format, arguments);
	va_end(arguments);
	if (length < 0 || (size_t)length >= sizeof(state))
		return -E2BIG;
	return sd_notify(unset_environment, state);
}

/* keepalived calls it only with an empty state, to remove the variable: there is no message that would need the pid. */
int sd_pid_notify(pid_t pid, int unset_environment, const char *state)
{
	(void)pid;
	return sd_notify(unset_environment, state);
}
