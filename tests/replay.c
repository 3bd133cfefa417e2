/*
 * conf's popen and pclose, with a memory: linked into a second conf that
 * kresolve's tests run thousands of times (tests/replaying.py).
 *
 * What a command wrote, to both outputs, and how it ended is kept below the
 * directory that KRESOLVE_ANSWERS names; the next time it is read from there,
 * and no command runs.  Without the variable every command runs.
 *
 * A record: a line "STATUS LENGTH LENGTH", the command, what it wrote to its
 * standard error, and to the end of the file what it wrote to its output.
 */
#undef popen
#undef pclose
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* conf reads 4 kB of an answer; a command may write without end. */
enum { LONGEST = 1 << 16 };

static FILE *running;
static int answered;

static void stop(const char *what)
{
	fprintf(stderr, "cannot keep a command's answer: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void copy(FILE *from, FILE *to, size_t most)
{
	char part[4096];
	size_t count;

	while (most && (count = fread(part, 1, most < sizeof(part) ? most : sizeof(part), from))) {
		fwrite(part, 1, count, to);
		most -= count;
	}
}

/* The record's place: its name is a hash of the command (FNV-1a). */
static void place(char *path, size_t size, const char *folder, const char *command)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (; *command; command++)
		hash = (hash ^ (unsigned char)*command) * 0x100000001b3;
	if (snprintf(path, size, "%s/%016llx", folder, (unsigned long long)hash) >= (int)size) {
		errno = ENAMETOOLONG;
		stop(folder);
	}
}

/* The recorded answer, at its beginning; NULL if there is none. */
static FILE *recorded(const char *path, const char *command)
{
	FILE *record = fopen(path, "r");
	size_t length, said;
	char *kept;
	int same;

	if (!record)
		return NULL;
	if (fscanf(record, "%d %zu %zu", &answered, &length, &said) != 3 ||
	    fgetc(record) != '\n' || length != strlen(command)) {
		fclose(record);
		return NULL;
	}
	kept = malloc(length + 1);
	if (!kept)
		stop(path);
	same = fread(kept, 1, length, record) == length && !memcmp(kept, command, length);
	free(kept);
	if (!same) {	/* another command with the same hash */
		fclose(record);
		return NULL;
	}
	copy(record, stderr, said);
	return record;
}

/* Run a command and keep what comes of it, all at once, by a rename. */
static void run(const char *folder, const char *path, const char *command)
{
	char draft[4096];
	FILE *errors = tmpfile(), *output = tmpfile(), *pipe, *record;
	int terminal = dup(2), file, status;
	long said;

	if (!errors || !output || terminal < 0 || dup2(fileno(errors), 2) < 0)
		stop(folder);
	pipe = popen(command, "r");
	if (pipe)
		copy(pipe, output, LONGEST);
	status = pipe ? pclose(pipe) : -1;
	dup2(terminal, 2);
	close(terminal);
	if (!pipe || status == -1)
		stop(command);

	fseek(errors, 0, SEEK_END);	/* the command's position is its own */
	said = ftell(errors);
	rewind(errors);
	rewind(output);
	snprintf(draft, sizeof(draft), "%s.XXXXXX", path);
	file = mkstemp(draft);
	record = file < 0 ? NULL : fdopen(file, "w");
	if (!record)
		stop(folder);
	fprintf(record, "%d %zu %ld\n%s", status, strlen(command), said, command);
	copy(errors, record, said);
	copy(output, record, LONGEST);
	fclose(errors);
	fclose(output);
	if (ferror(record) | fclose(record) || rename(draft, path)) {
		unlink(draft);
		stop(folder);
	}
}

/* Where answers are kept.  Commands get the environment without it. */
static const char *answers(void)
{
	static const char *folder;
	const char *given = getenv("KRESOLVE_ANSWERS");

	if (given) {
		folder = strdup(given);
		if (!folder)
			stop(given);
		unsetenv("KRESOLVE_ANSWERS");
	}
	return folder;
}

FILE *kresolve_popen(const char *command, const char *mode)
{
	const char *folder = answers();
	char path[4000];
	FILE *answer;

	if (!folder || strcmp(mode, "r"))
		return running = popen(command, mode);
	place(path, sizeof(path), folder, command);
	answer = recorded(path, command);
	if (!answer) {
		run(folder, path, command);
		answer = recorded(path, command);
	}
	if (!answer)
		stop(path);
	return answer;
}

int kresolve_pclose(FILE *stream)
{
	if (stream == running) {
		running = NULL;
		return pclose(stream);
	}
	fclose(stream);
	return answered;
}
