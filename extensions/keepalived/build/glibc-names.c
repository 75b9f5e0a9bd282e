/*
 * The functions that glibc's headers use instead of standard ones (checked printf, C23 scanf and strtol) and that musl
 * lacks, for objects that were compiled with those headers. They behave like the standard functions, without glibc's checks.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

int __vfprintf_chk(FILE *stream, int flag, const char *format, va_list arguments)
{
	(void)flag;
	return vfprintf(stream, format, arguments);
}

int __fprintf_chk(FILE *stream, int flag, const char *format, ...)
{
	va_list arguments;

	(void)flag;
	va_start(arguments, format);
	int length = vfprintf(stream, format, arguments);
	va_end(arguments);
	return length;
}

int __vasprintf_chk(char **text, int flag, const char *format, va_list arguments)
{
	(void)flag;
	/* Not with vasprintf, whose declaration needs _GNU_SOURCE. */
	va_list again;
	va_copy(again, arguments);
	int length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (length < 0 || !(*text = malloc((size_t)length + 1)))
		return -1;
	return vsnprintf(*text, (size_t)length + 1, format, arguments);
}

int __snprintf_chk(char *text, size_t size, int flag, size_t object_size, const char *format, ...)
{
	va_list arguments;

	(void)flag;
	/* The one check that is free: a size larger than the object would let the call overflow it. */
	if (object_size < size)
		abort();
	va_start(arguments, format);
	int length = vsnprintf(text, size, format, arguments);
	va_end(arguments);
	return length;
}

int __isoc23_sscanf(const char *text, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	int count = vsscanf(text, format, arguments);
	va_end(arguments);
	return count;
}

int __isoc23_fscanf(FILE *stream, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	int count = vfscanf(stream, format, arguments);
	va_end(arguments);
	return count;
}

long __isoc23_strtol(const char *text, char **end, int base)
{
	return strtol(text, end, base);
}

unsigned long __isoc23_strtoul(const char *text, char **end, int base)
{
	return strtoul(text, end, base);
}
