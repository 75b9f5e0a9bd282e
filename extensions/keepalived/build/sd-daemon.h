/* The functions of systemd's notification interface that keepalived calls. */
#pragma once

#include <sys/types.h>

int sd_notify(int unset_environment, const char *state);
int sd_notifyf(int unset_environment, const char *format, ...) __attribute__((format(printf, 2, 3)));
int sd_pid_notify(pid_t pid, int unset_environment, const char *state);
