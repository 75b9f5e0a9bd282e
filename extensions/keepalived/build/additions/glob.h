/*
 * Replaces musl's <glob.h> when keepalived is compiled: with brace expressions, and with callbacks that read the file system
 * in the program's name. keepalived counts with these what an include did not find. The names and numbers are glibc's.
 */
#ifndef ADDITIONS_GLOB_H
#define ADDITIONS_GLOB_H

#include <stddef.h>

struct dirent;
struct stat;

typedef struct {
	size_t gl_pathc;
	char **gl_pathv;
	size_t gl_offs;
	void (*gl_closedir)(void *);
	struct dirent *(*gl_readdir)(void *);
	void *(*gl_opendir)(const char *);
	int (*gl_lstat)(const char *, struct stat *);
	int (*gl_stat)(const char *, struct stat *);
} glob_t;

#define GLOB_MARK 0x02
#define GLOB_ALTDIRFUNC 0x200
#define GLOB_BRACE 0x400

#define GLOB_NOSPACE 1
#define GLOB_ABORTED 2
#define GLOB_NOMATCH 3
#define GLOB_NOSYS 4

int glob(const char *pattern, int flags, int (*report)(const char *path, int number), glob_t *result);
void globfree(glob_t *result);

#endif
