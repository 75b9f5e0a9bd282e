/*
 * glob() and globfree() as in glibc, for the flags that keepalived needs: GLOB_MARK, GLOB_BRACE and GLOB_ALTDIRFUNC, always
 * together. musl knows neither of the last two, and would find nothing for `include {a,b}.conf`.
 */
#define _GNU_SOURCE
#include "glob.h"

#include <dirent.h>
#include <fnmatch.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Appends a path, which then belongs to the list; NULL stands for one that could not be allocated. */
static int append(glob_t *list, char *path)
{
	char **paths = path ? realloc(list->gl_pathv, (list->gl_pathc + 2) * sizeof(*paths)) : NULL;

	if (!paths) {
		free(path);
		return GLOB_NOSPACE;
	}
	list->gl_pathv = paths;
	paths[list->gl_pathc++] = path;
	paths[list->gl_pathc] = NULL;
	return 0;
}

/* A new text in the format of printf; NULL if it could not be allocated. */
static char *text(const char *format, ...)
{
	char *result;
	va_list arguments;

	va_start(arguments, format);
	int length = vasprintf(&result, format, arguments);
	va_end(arguments);
	return length < 0 ? NULL : result;
}

/* Whether the directory has to be read for it. */
static bool is_pattern(const char *text)
{
	return strpbrk(text, "*?[\\");
}

/* Appends what matches a name or a pattern in a directory, which ends with a slash or is empty. */
static int match_in(glob_t *list, const char *directory, const char *pattern, bool only_directories)
{
	int status = 0;

	if (!is_pattern(pattern)) {
		struct stat ignored;
		char *path = text("%s%s", directory, pattern);
		if (path && list->gl_lstat(path, &ignored)) {
			free(path);
			return 0;
		}
		return append(list, path);
	}
	void *stream = list->gl_opendir(*directory ? directory : ".");
	if (!stream)
		return 0;
	for (struct dirent *entry; !status && (entry = list->gl_readdir(stream));) {
		bool fits = !only_directories || entry->d_type == DT_DIR || entry->d_type == DT_LNK || entry->d_type == DT_UNKNOWN;
		if (fits && !fnmatch(pattern, entry->d_name, FNM_PERIOD))
			status = append(list, text("%s%s", directory, entry->d_name));
	}
	list->gl_closedir(stream);
	return status;
}

/* Appends what matches a pattern without brace expressions. */
static int match(glob_t *list, const char *pattern, bool only_directories)
{
	const char *slash = strrchr(pattern, '/');
	size_t length = slash ? (size_t)(slash - pattern) + 1 : 0;
	glob_t parents = *list;
	int status;

	char *directory = text("%.*s", (int)length, pattern);
	if (!directory)
		return GLOB_NOSPACE;
	if (!is_pattern(directory)) {
		status = match_in(list, directory, pattern + length, only_directories);
		free(directory);
		return status;
	}
	while (length && directory[length - 1] == '/')
		directory[--length] = '\0';
	parents.gl_pathc = 0;
	parents.gl_pathv = NULL;
	status = match(&parents, directory, true);
	free(directory);
	for (size_t i = 0; !status && i < parents.gl_pathc; i++) {
		char *parent = text("%s/", parents.gl_pathv[i]);
		status = parent ? match_in(list, parent, slash + 1, only_directories) : GLOB_NOSPACE;
		free(parent);
	}
	globfree(&parents);
	return status;
}

/* Finds an unescaped brace that opens; NULL if there is none. */
static const char *opening_brace(const char *text)
{
	for (; *text && *text != '{'; text++)
		if (*text == '\\' && text[1])
			text++;
	return *text ? text : NULL;
}

/* Finds the end of an alternative: the comma or closing brace behind it; NULL if there is none. */
static const char *end_of_alternative(const char *text)
{
	for (size_t depth = 0; *text; text++) {
		if (*text == '\\') {
			if (!*++text)
				break;
		} else if (!depth && (*text == ',' || *text == '}')) {
			return text;
		} else if (*text == '{') {
			depth++;
		} else if (*text == '}') {
			depth--;
		}
	}
	return NULL;
}

static int compare(const void *one, const void *other)
{
	return strcmp(*(char *const *)one, *(char *const *)other);
}

/* Appends what matches a pattern without brace expressions: sorted, and directories with a slash. */
static int match_sorted(glob_t *list, const char *pattern)
{
	size_t first = list->gl_pathc;
	/* An empty alternative is no path. */
	int status = *pattern ? match(list, pattern, false) : 0;

	for (size_t i = first; !status && i < list->gl_pathc; i++) {
		char *path = list->gl_pathv[i];
		struct stat properties;
		if (path[strlen(path) - 1] == '/' || list->gl_stat(path, &properties) || !S_ISDIR(properties.st_mode))
			continue;
		char *marked = text("%s/", path);
		if (!marked)
			return GLOB_NOSPACE;
		free(path);
		list->gl_pathv[i] = marked;
	}
	if (list->gl_pathc > first)
		qsort(list->gl_pathv + first, list->gl_pathc - first, sizeof(*list->gl_pathv), compare);
	return status;
}

/* Appends what matches each alternative of the first brace expression, one after the other. */
static int match_alternatives(glob_t *list, const char *pattern)
{
	const char *open = opening_brace(pattern);
	const char *close = open ? end_of_alternative(open + 1) : NULL;
	int status = 0;

	while (close && *close == ',')
		close = end_of_alternative(close + 1);
	if (!close)
		return match_sorted(list, pattern);
	for (const char *start = open + 1, *end; !status && start <= close; start = end + 1) {
		end = end_of_alternative(start);
		char *one = text("%.*s%.*s%s", (int)(open - pattern), pattern, (int)(end - start), start, close + 1);
		status = one ? match_alternatives(list, one) : GLOB_NOSPACE;
		free(one);
	}
	return status;
}

int __wrap_glob(const char *pattern, int flags, int (*report)(const char *path, int number), glob_t *result)
{
	/* Only used if GLOB_ERR requests that an unreadable directory ends the search. */
	(void)report;
	result->gl_pathc = 0;
	result->gl_pathv = NULL;
	if (flags != (GLOB_MARK | GLOB_BRACE | GLOB_ALTDIRFUNC))
		return GLOB_NOSYS;
	int status = match_alternatives(result, pattern);
	if (!status && !result->gl_pathc)
		status = GLOB_NOMATCH;
	if (status)
		globfree(result);
	return status;
}

void __wrap_globfree(glob_t *result)
{
	for (size_t i = 0; i < result->gl_pathc; i++)
		free(result->gl_pathv[i]);
	free(result->gl_pathv);
	result->gl_pathc = 0;
	result->gl_pathv = NULL;
}
