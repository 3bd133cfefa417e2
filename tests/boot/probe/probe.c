/* What the shell cannot try: system calls that a distribution's programs make. */

#include <errno.h>
#include <grp.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static int turn;

static int complain(const char *call)
{
	printf("%s: %s\n", call, strerror(errno));
	return 1;
}

/* Two threads that take turns: each has to sleep and to be woken. */
static void *other(void *unused)
{
	for (int i = 0; i < 100; i++) {
		pthread_mutex_lock(&mutex);
		while (turn % 2 == 0)
			pthread_cond_wait(&condition, &mutex);
		turn++;
		pthread_cond_signal(&condition);
		pthread_mutex_unlock(&mutex);
	}
	return unused;
}

static int threads(void)
{
	pthread_t thread;

	alarm(20);
	errno = pthread_create(&thread, NULL, other, NULL);
	if (errno)
		return complain("pthread_create");
	for (int i = 0; i < 100; i++) {
		pthread_mutex_lock(&mutex);
		while (turn % 2 == 1)
			pthread_cond_wait(&condition, &mutex);
		turn++;
		pthread_cond_signal(&condition);
		pthread_mutex_unlock(&mutex);
	}
	pthread_join(thread, NULL);
	return 0;
}

static int users(void)
{
	gid_t group = 1000;

	if (setgroups(1, &group))
		return complain("setgroups");
	if (setgid(1000))
		return complain("setgid");
	if (setuid(1000))
		return complain("setuid");
	return getuid() != 1000;
}

int main(int count, char **words)
{
	const char *name = count > 1 ? words[1] : "";

	if (!strcmp(name, "threads"))
		return threads();
	if (!strcmp(name, "users"))
		return users();
	if (!strcmp(name, "vsock"))
		return socket(AF_VSOCK, SOCK_STREAM, 0) < 0 ? complain("socket(AF_VSOCK)") : 0;
	return 2;
}
