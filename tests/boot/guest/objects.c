/*
 * Processes to be checkpointed and restored.
 *
 *	objects [-f] [-t] NAME DIRECTORY
 *
 * makes the object NAME, writes DIRECTORY/pid, waits for SIGTERM, which comes after the restore,
 * then uses the object and writes DIRECTORY/verdict: "ok", or what is wrong.  What cannot be made at
 * all is told there before any pid.  -f stays in the foreground (as process 1 of a container),
 * -t makes the object in a time namespace of its own.
 *
 * Each object is one function: what stands before ready() makes it, what stands behind uses it.
 * Linked statically, so that the root of a container needs no library.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <linux/membarrier.h>
#include <linux/magic.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/seccomp.h>
#include <mqueue.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/rseq.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static const char *directory;
static volatile sig_atomic_t told_to_go_on;

static void go_on(int signal) { (void)signal; told_to_go_on = 1; }

static const char *in_directory(const char *name)
{
	static char path[4][300];
	static int turn;
	char *p = path[turn++ % 4];

	snprintf(p, sizeof path[0], "%s/%s", directory, name);
	return p;
}

static void write_file(const char *name, const char *text)
{
	/* Under another name first, so that who waits for the file never reads half of it. */
	char temporary[300];
	int fd;

	snprintf(temporary, sizeof temporary, "%s/.%s", directory, name);
	fd = open(temporary, O_CREAT | O_TRUNC | O_WRONLY, 0644);
	if (fd < 0 || write(fd, text, strlen(text)) < 0 || close(fd))
		_exit(9);
	if (rename(temporary, in_directory(name)))
		_exit(9);
}

__attribute__((noreturn, format(printf, 1, 2))) static void fail(const char *format, ...)
{
	int error = errno;
	char text[400];
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(text, 300, format, arguments);
	va_end(arguments);
	snprintf(text + length, sizeof text - length, error ? ": %s" : "%.0s", strerror(error));
	write_file("verdict", text);
	_exit(1);
}

/* A system call that has to succeed. */
#define MUST(call) ({ __typeof__(call) r_ = (call); if ((long)r_ == -1) fail("%s", #call); r_; })
/* What has to be true; errno tells nothing of it. */
#define HAS_TO_BE(what) do { if (!(what)) { errno = 0; fail("false: %s", #what); } } while (0)

static void say_ready(void)
{
	char text[16];

	snprintf(text, sizeof text, "%d", getpid());
	signal(SIGTERM, go_on);
	write_file("pid", text);
}

static void ready(void)
{
	say_ready();
	while (!told_to_go_on)
		usleep(20000);
}

/* Is there something to read within two seconds? */
static int readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 2000) == 1;
}

static void talk_both_ways(int a, int b)
{
	char c = 0;

	HAS_TO_BE(write(a, "x", 1) == 1 && readable(b) && read(b, &c, 1) == 1 && c == 'x');
	HAS_TO_BE(write(b, "y", 1) == 1 && readable(a) && read(a, &c, 1) == 1 && c == 'y');
}

/* ------------------------------------------------------------------ tasks */

static void loop(void)
{
	int n = 41;

	ready();
	HAS_TO_BE(++n == 42);
}

static void tree(void)
{
	int ends[2], status;
	char c;
	pid_t child;

	MUST(pipe(ends));
	child = MUST(fork());
	if (!child)
		_exit(read(ends[0], &c, 1) == 1 && c == 'z' ? 7 : 1);
	ready();
	HAS_TO_BE(write(ends[1], "z", 1) == 1);
	MUST(waitpid(child, &status, 0));
	HAS_TO_BE(WIFEXITED(status) && WEXITSTATUS(status) == 7);
}

static volatile int thread_has_seen;

__attribute__((noreturn)) static int thread(void *unused)
{
	(void)unused;
	for (;;) {
		if (told_to_go_on)
			thread_has_seen = 1;
		usleep(20000);
	}
}

static void threads(void)
{
	static char stack[65536];
	int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;

	MUST(clone(thread, stack + sizeof stack, flags, NULL));
	ready();
	for (int i = 0; i < 100 && !thread_has_seen; i++)
		usleep(20000);
	HAS_TO_BE(thread_has_seen);
}

static void zombie(void)
{
	int status;
	pid_t child = MUST(fork());

	if (!child)
		_exit(5);
	usleep(200000);
	ready();
	MUST(waitpid(child, &status, 0));
	HAS_TO_BE(WIFEXITED(status) && WEXITSTATUS(status) == 5);
}

static void membarrier(void)
{
	MUST(syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0));
	ready();
	MUST(syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0));
}

static void seccomp(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 77),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { 4, filter };

	MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	MUST(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program));
	ready();
	HAS_TO_BE(syscall(SYS_getppid) == -1 && errno == 77);
}

static void time_namespace(void)	/* with -t */
{
	struct timespec now;

	ready();
	MUST(clock_gettime(CLOCK_MONOTONIC, &now));
	HAS_TO_BE(now.tv_sec > 100000);
}

/* ----------------------------------------------------------------- memory */

static void memory(void)		/* 16 MiB, of which two pages change all the time */
{
	size_t size = 16 << 20, page = 4096, busy = 1 << 20;
	unsigned char *m = MUST(mmap(0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));

	for (size_t i = 0; i < size; i += page)
		m[i] = i / page;
	say_ready();
	while (!told_to_go_on) {
		m[0]++;
		m[busy]++;
		usleep(20000);
	}
	for (size_t i = page; i < size; i += page)
		HAS_TO_BE(i == busy || m[i] == (unsigned char)(i / page));
}

static void memory_shared(void)
{
	char *m = MUST(mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
	pid_t child;
	int status;

	strcpy(m, "shared");
	child = MUST(fork());
	if (!child) {
		while (m[0] != 'S')
			usleep(20000);
		_exit(3);
	}
	ready();
	HAS_TO_BE(!strcmp(m, "shared"));
	m[0] = 'S';
	MUST(waitpid(child, &status, 0));
	HAS_TO_BE(WIFEXITED(status) && WEXITSTATUS(status) == 3);
}

static void memfd(void)
{
	int fd = MUST(memfd_create("criu", 0));
	char *m, text[6];

	MUST(ftruncate(fd, 4096));
	m = MUST(mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
	strcpy(m, "memfd");
	ready();
	HAS_TO_BE(!strcmp(m, "memfd"));
	m[0] = 'M';
	HAS_TO_BE(pread(fd, text, 6, 0) == 6 && !strcmp(text, "Memfd"));
}

static void hugetlb(void)
{
	char *m = MUST(mmap(0, 2 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0));

	strcpy(m, "huge");
	ready();
	HAS_TO_BE(!strcmp(m, "huge"));
}

/* ------------------------------------------------------------------ files */

static void ghost_file(void)		/* open, and deleted */
{
	const char *path = in_directory("ghost");
	int fd = MUST(open(path, O_CREAT | O_RDWR, 0600));
	char text[6] = "";

	MUST(write(fd, "ghost", 5));
	MUST(unlink(path));
	ready();
	HAS_TO_BE(pread(fd, text, 5, 0) == 5 && !strcmp(text, "ghost"));
}

static void fifo(void)
{
	const char *path = in_directory("fifo");
	char text[5] = "";
	int fd;

	MUST(mkfifo(path, 0600));
	fd = MUST(open(path, O_RDWR));
	MUST(write(fd, "fifo", 4));
	ready();
	HAS_TO_BE(readable(fd) && read(fd, text, 4) == 4 && !strcmp(text, "fifo"));
}

static void file_lock(void)
{
	const char *path = in_directory("lock");
	int fd = MUST(open(path, O_CREAT | O_RDWR, 0600)), other;

	MUST(flock(fd, LOCK_EX));
	ready();
	other = MUST(open(path, O_RDWR));
	HAS_TO_BE(flock(other, LOCK_EX | LOCK_NB) == -1 && errno == EWOULDBLOCK);
}

static void posix_lock(void)
{
	const char *path = in_directory("lock");
	int fd = MUST(open(path, O_CREAT | O_RDWR, 0600)), status;
	struct flock lock = { .l_type = F_WRLCK };
	pid_t child;

	MUST(fcntl(fd, F_SETLK, &lock));
	ready();
	child = MUST(fork());
	if (!child) {
		lock.l_type = F_WRLCK;
		_exit(fcntl(fd, F_SETLK, &lock) == -1 && (errno == EAGAIN || errno == EACCES) ? 4 : 1);
	}
	MUST(waitpid(child, &status, 0));
	HAS_TO_BE(WIFEXITED(status) && WEXITSTATUS(status) == 4);
}

static void aio(void)
{
	int fd = MUST(open(in_directory("aio"), O_CREAT | O_RDWR, 0600));
	aio_context_t context = 0;
	char text[4] = "";
	struct iocb request = { .aio_lio_opcode = IOCB_CMD_PREAD, .aio_nbytes = 3 }, *requests = &request;
	struct io_event event;

	MUST(write(fd, "aio", 3));
	MUST(syscall(SYS_io_setup, 8, &context));
	ready();
	request.aio_fildes = fd;
	request.aio_buf = (uintptr_t)text;
	MUST(syscall(SYS_io_submit, context, 1, &requests));
	HAS_TO_BE(syscall(SYS_io_getevents, context, 1, 1, &event, NULL) == 1);
	HAS_TO_BE(event.res == 3 && !strcmp(text, "aio"));
}

static void pty(void)
{
	int master = MUST(posix_openpt(O_RDWR | O_NOCTTY)), slave;
	char text[8] = "";

	MUST(grantpt(master));
	MUST(unlockpt(master));
	slave = MUST(open(ptsname(master), O_RDWR | O_NOCTTY));
	ready();
	HAS_TO_BE(write(master, "hi\n", 3) == 3 && readable(slave));
	HAS_TO_BE(read(slave, text, 8) == 3 && text[0] == 'h');
}

static void terminal(void)		/* a pty that controls the session */
{
	int master = MUST(posix_openpt(O_RDWR | O_NOCTTY)), slave;

	MUST(grantpt(master));
	MUST(unlockpt(master));
	slave = MUST(open(ptsname(master), O_RDWR | O_NOCTTY));
	MUST(ioctl(slave, TIOCSCTTY, 0));
	ready();
	HAS_TO_BE(tcgetsid(slave) == getsid(0));
}

/* ----------------------------------------------------------------- events */

static void event_fd(void)
{
	int fd = MUST(eventfd(7, 0));
	uint64_t value;

	ready();
	HAS_TO_BE(readable(fd) && read(fd, &value, 8) == 8 && value == 7);
}

static void event_poll(void)
{
	int ends[2], fd = MUST(epoll_create1(0));
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = 99 };

	MUST(pipe(ends));
	MUST(epoll_ctl(fd, EPOLL_CTL_ADD, ends[0], &event));
	ready();
	event.data.u64 = 0;
	HAS_TO_BE(write(ends[1], "e", 1) == 1);
	HAS_TO_BE(epoll_wait(fd, &event, 1, 2000) == 1 && event.data.u64 == 99);
}

static void inotify(void)
{
	const char *path = in_directory("watched");
	char text[512];
	int fd = MUST(inotify_init1(IN_NONBLOCK));

	MUST(mkdir(path, 0755));
	MUST(inotify_add_watch(fd, path, IN_CREATE));
	ready();
	MUST(open(in_directory("watched/new"), O_CREAT | O_RDWR, 0600));
	HAS_TO_BE(readable(fd) && read(fd, text, sizeof text) > 0);
}

static void fanotify(void)
{
	const char *path = in_directory("watched");
	char text[512];
	int fd = MUST(fanotify_init(FAN_CLASS_NOTIF | FAN_NONBLOCK, O_RDONLY));

	MUST(close(MUST(open(path, O_CREAT | O_RDWR, 0600))));
	MUST(fanotify_mark(fd, FAN_MARK_ADD, FAN_OPEN, AT_FDCWD, path));
	ready();
	MUST(open(path, O_RDONLY));
	HAS_TO_BE(readable(fd) && read(fd, text, sizeof text) > 0);
}

static void signal_fd(void)
{
	struct signalfd_siginfo got;
	sigset_t mask;
	int fd;

	sigemptyset(&mask);
	sigaddset(&mask, SIGUSR1);
	MUST(sigprocmask(SIG_BLOCK, &mask, NULL));
	fd = MUST(signalfd(-1, &mask, SFD_NONBLOCK));
	ready();
	MUST(raise(SIGUSR1));
	HAS_TO_BE(read(fd, &got, sizeof got) == sizeof got && got.ssi_signo == SIGUSR1);
}

static void timer_fd(void)
{
	struct itimerspec every = { { 0, 50000000 }, { 0, 50000000 } };
	int fd = MUST(timerfd_create(CLOCK_MONOTONIC, 0));
	uint64_t ticks = 0;

	MUST(timerfd_settime(fd, 0, &every, NULL));
	ready();
	HAS_TO_BE(readable(fd) && read(fd, &ticks, 8) == 8 && ticks > 0);
}

static volatile sig_atomic_t alarms;

static void count_alarm(int signal) { (void)signal; alarms++; }

static void posix_timer(void)
{
	struct itimerspec every = { { 0, 50000000 }, { 0, 50000000 } };
	timer_t timer;

	signal(SIGALRM, count_alarm);
	MUST(timer_create(CLOCK_MONOTONIC, NULL, &timer));
	MUST(timer_settime(timer, 0, &every, NULL));
	ready();
	alarms = 0;
	for (int i = 0; i < 40 && !alarms; i++)
		usleep(50000);
	HAS_TO_BE(alarms);
}

static void interval_timer(void)
{
	struct itimerval every = { { 0, 50000 }, { 0, 50000 } };

	signal(SIGALRM, count_alarm);
	MUST(setitimer(ITIMER_REAL, &every, NULL));
	ready();
	alarms = 0;
	for (int i = 0; i < 40 && !alarms; i++)
		usleep(50000);
	HAS_TO_BE(alarms);
}

static void pid_fd(void)
{
	pid_t child = MUST(fork());
	int fd;

	if (!child)
		for (;;)
			pause();
	fd = MUST(syscall(SYS_pidfd_open, child, 0));
	ready();
	MUST(syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0));
	HAS_TO_BE(waitpid(child, NULL, 0) == child);
}

/* ---------------------------------------------------------------- sockets */

static void unix_pair(int type)
{
	int s[2];

	MUST(socketpair(AF_UNIX, type, 0, s));
	ready();
	talk_both_ways(s[0], s[1]);
}

static void unix_stream(void) { unix_pair(SOCK_STREAM); }
static void unix_datagram(void) { unix_pair(SOCK_DGRAM); }
static void unix_seqpacket(void) { unix_pair(SOCK_SEQPACKET); }

static void unix_listen(void)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int l = MUST(socket(AF_UNIX, SOCK_STREAM, 0)), c;

	snprintf(a.sun_path, sizeof a.sun_path, "%s/socket", directory);
	MUST(bind(l, (void *)&a, sizeof a));
	MUST(listen(l, 5));
	ready();
	c = MUST(socket(AF_UNIX, SOCK_STREAM, 0));
	MUST(connect(c, (void *)&a, sizeof a));
	talk_both_ways(c, MUST(accept(l, NULL, NULL)));
}

static struct sockaddr_in here(int port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
}

static int tcp_listener(int port)
{
	struct sockaddr_in a = here(port);
	int s = MUST(socket(AF_INET, SOCK_STREAM, 0)), on = 1;

	MUST(setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on));
	MUST(bind(s, (void *)&a, sizeof a));
	MUST(listen(s, 5));
	return s;
}

static int connected(int type, int port)
{
	struct sockaddr_in a = here(port);
	int s = MUST(socket(AF_INET, type, 0));

	MUST(connect(s, (void *)&a, sizeof a));
	return s;
}

static void tcp_listen(void)
{
	int l = tcp_listener(7001), c;

	ready();
	c = connected(SOCK_STREAM, 7001);
	talk_both_ways(c, MUST(accept(l, NULL, NULL)));
}

static void tcp_established(void)
{
	int l = tcp_listener(7002), c = connected(SOCK_STREAM, 7002), d = MUST(accept(l, NULL, NULL));

	talk_both_ways(c, d);
	ready();
	talk_both_ways(c, d);
}

static void tcp6_established(void)
{
	struct sockaddr_in6 a = {
		.sin6_family = AF_INET6, .sin6_port = htons(7003), .sin6_addr = IN6ADDR_LOOPBACK_INIT,
	};
	int l = MUST(socket(AF_INET6, SOCK_STREAM, 0)), on = 1, c, d;

	MUST(setsockopt(l, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on));
	MUST(bind(l, (void *)&a, sizeof a));
	MUST(listen(l, 5));
	c = MUST(socket(AF_INET6, SOCK_STREAM, 0));
	MUST(connect(c, (void *)&a, sizeof a));
	d = MUST(accept(l, NULL, NULL));
	talk_both_ways(c, d);
	ready();
	talk_both_ways(c, d);
}

static void udp(void)
{
	struct sockaddr_in a = here(7004);
	int s = MUST(socket(AF_INET, SOCK_DGRAM, 0)), c;
	char b = 0;

	MUST(bind(s, (void *)&a, sizeof a));
	c = connected(SOCK_DGRAM, 7004);
	ready();
	HAS_TO_BE(write(c, "u", 1) == 1 && readable(s) && read(s, &b, 1) == 1 && b == 'u');
}

static void netlink(void)
{
	struct sockaddr_nl a = { .nl_family = AF_NETLINK }, before, after;
	struct { struct nlmsghdr head; struct rtgenmsg body; } ask = {
		{ sizeof ask, RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, 1, 0 }, { AF_UNSPEC },
	};
	socklen_t size = sizeof before;
	char answer[8192];
	int s = MUST(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));

	MUST(bind(s, (void *)&a, sizeof a));
	MUST(getsockname(s, (void *)&before, &size));
	ready();
	MUST(getsockname(s, (void *)&after, &size));
	HAS_TO_BE(after.nl_pid == before.nl_pid);
	MUST(send(s, &ask, sizeof ask, 0));
	HAS_TO_BE(readable(s) && recv(s, answer, sizeof answer, 0) > 0);
}

static void packet(void)
{
	struct sockaddr_ll a = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
	int s = MUST(socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL))), c;
	char frame[2048];

	a.sll_ifindex = if_nametoindex("lo");
	MUST(bind(s, (void *)&a, sizeof a));
	ready();
	c = connected(SOCK_DGRAM, 7005);
	MUST(write(c, "p", 1));
	HAS_TO_BE(readable(s) && recv(s, frame, sizeof frame, 0) > 0);
}

static unsigned short checksum(const void *data, int size)
{
	const unsigned short *words = data;
	unsigned long sum = 0;

	for (int i = 0; i < size / 2; i++)
		sum += words[i];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static struct icmphdr echo_request(void)
{
	struct icmphdr echo = { .type = ICMP_ECHO, .un.echo.sequence = htons(3) };

	echo.checksum = checksum(&echo, sizeof echo);
	return echo;
}

static void raw(void)
{
	struct sockaddr_in a = here(0);
	struct icmphdr echo = echo_request();
	int s = MUST(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
	char answer[256];

	ready();
	MUST(sendto(s, &echo, sizeof echo, 0, (void *)&a, sizeof a));
	HAS_TO_BE(readable(s) && recv(s, answer, sizeof answer, 0) > 0);
}

static void raw_send_only(void)		/* IPPROTO_RAW: with an IP header of its own */
{
	struct sockaddr_in a = here(0);
	struct { struct iphdr ip; struct icmphdr icmp; } whole = {
		{ .version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_ICMP,
		  .saddr = htonl(INADDR_LOOPBACK), .daddr = htonl(INADDR_LOOPBACK) },
		echo_request(),
	};
	int s = MUST(socket(AF_INET, SOCK_RAW, IPPROTO_RAW)), receiver;
	char answer[256];

	ready();
	receiver = MUST(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
	MUST(sendto(s, &whole, sizeof whole, 0, (void *)&a, sizeof a));
	HAS_TO_BE(readable(receiver) && recv(receiver, answer, sizeof answer, 0) > 0);
}

static void ping(void)			/* an unprivileged ICMP socket */
{
	struct sockaddr_in a = here(0);
	struct icmphdr echo = echo_request();
	int f = MUST(open("/proc/sys/net/ipv4/ping_group_range", O_WRONLY)), s;
	char answer[256];

	MUST(write(f, "0 100\n", 6));
	MUST(close(f));
	s = MUST(socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP));
	ready();
	MUST(sendto(s, &echo, sizeof echo, 0, (void *)&a, sizeof a));
	HAS_TO_BE(readable(s) && recv(s, answer, sizeof answer, 0) > 0);
}

static void tun(void)
{
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	struct sockaddr_in a = { .sin_family = AF_INET };
	int fd = MUST(open("/dev/net/tun", O_RDWR)), control = MUST(socket(AF_INET, SOCK_DGRAM, 0)), s;
	char text[2048];

	strcpy(request.ifr_name, "crtun0");
	MUST(ioctl(fd, TUNSETIFF, &request));
	MUST(ioctl(fd, TUNSETPERSIST, 1));
	inet_pton(AF_INET, "10.77.0.1", &a.sin_addr);
	memcpy(&request.ifr_addr, &a, sizeof a);
	MUST(ioctl(control, SIOCSIFADDR, &request));
	inet_pton(AF_INET, "255.255.255.0", &a.sin_addr);
	memcpy(&request.ifr_netmask, &a, sizeof a);
	MUST(ioctl(control, SIOCSIFNETMASK, &request));
	request.ifr_flags = IFF_UP | IFF_RUNNING;
	MUST(ioctl(control, SIOCSIFFLAGS, &request));
	close(control);
	ready();
	s = MUST(socket(AF_INET, SOCK_DGRAM, 0));
	inet_pton(AF_INET, "10.77.0.2", &a.sin_addr);
	a.sin_port = htons(9);
	MUST(sendto(s, "t", 1, 0, (void *)&a, sizeof a));
	HAS_TO_BE(readable(fd) && read(fd, text, sizeof text) > 0);
}

/* -------------------------------------------------------------------- IPC */

static void sysv_ipc(void)		/* in an IPC namespace of its own */
{
	struct { long type; char text[8]; } message = { 1, "message" };
	int shm = MUST(shmget(0x4321, 8192, IPC_CREAT | 0600));
	int sem = MUST(semget(0x4322, 1, IPC_CREAT | 0600));
	int queue = MUST(msgget(0x4323, IPC_CREAT | 0600));
	char *m = MUST(shmat(shm, NULL, 0));

	strcpy(m, "shm");
	MUST(semctl(sem, 0, SETVAL, 5));
	MUST(msgsnd(queue, &message, 8, 0));
	ready();
	HAS_TO_BE(!strcmp(m, "shm") && shmget(0x4321, 0, 0) == shm);
	HAS_TO_BE(semget(0x4322, 0, 0) == sem && semctl(sem, 0, GETVAL) == 5);
	message.text[0] = 0;
	HAS_TO_BE(msgrcv(queue, &message, 8, 0, IPC_NOWAIT) == 8 && !strcmp(message.text, "message"));
}

static void posix_shm(void)
{
	int fd = MUST(shm_open("/criu", O_CREAT | O_RDWR, 0600));
	char *m;

	MUST(ftruncate(fd, 4096));
	m = MUST(mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
	strcpy(m, "posix");
	ready();
	HAS_TO_BE(!strcmp(m, "posix"));
	MUST(shm_unlink("/criu"));
}

static void message_queue(void)		/* CRIU has no support for open ones; see operations.py */
{
	struct mq_attr attributes = { .mq_maxmsg = 4, .mq_msgsize = 8 };
	mqd_t queue = MUST(mq_open("/criu", O_CREAT | O_RDWR | O_NONBLOCK, 0600, &attributes));
	char text[8] = "";

	MUST(mq_send(queue, "posix", 6, 0));
	ready();
	HAS_TO_BE(mq_receive(queue, text, 8, NULL) == 6 && !strcmp(text, "posix"));
}

/* ----------------------------------------------- what the kernel keeps of a task */

static void rseq(void)			/* registered by the C library, with a size of its own */
{
	char *area = (char *)__builtin_thread_pointer() + __rseq_offset;
	int registered = 0;

	HAS_TO_BE(__rseq_size);
	ready();
	for (int size = 16; size <= 256 && !registered; size += 4)
		registered = syscall(SYS_rseq, area, size, 0, RSEQ_SIG) == -1 && errno == EBUSY;
	HAS_TO_BE(registered);
}

static void login_uid(void)
{
	char text[12] = "";
	int fd = MUST(open("/proc/self/loginuid", O_RDWR));

	MUST(write(fd, "1000", 4));
	MUST(close(fd));
	ready();
	fd = MUST(open("/proc/self/loginuid", O_RDONLY));
	MUST(read(fd, text, sizeof text - 1));
	HAS_TO_BE(!strcmp(text, "1000"));
}

static void autofs(void)		/* a mount that nobody steps on */
{
	struct statfs status;
	char options[80];
	int ends[2];

	MUST(pipe(ends));
	snprintf(options, sizeof options, "fd=%d,pgrp=%d,minproto=5,maxproto=5,direct", ends[1], getpgrp());
	MUST(mount("automount", "/mnt", "autofs", 0, options));
	MUST(close(ends[1]));
	ready();
	MUST(statfs("/mnt", &status));
	HAS_TO_BE(status.f_type == AUTOFS_SUPER_MAGIC);
}

/* ---------------------------------------------------------------- by name */

static const struct { const char *name; void (*make_and_use)(void); } all[] = {
#define OBJECT(name) { #name, name }
	OBJECT(loop), OBJECT(tree), OBJECT(threads), OBJECT(zombie), OBJECT(membarrier),
	OBJECT(seccomp), OBJECT(time_namespace), OBJECT(memory), OBJECT(memory_shared),
	OBJECT(memfd), OBJECT(hugetlb), OBJECT(ghost_file), OBJECT(fifo), OBJECT(file_lock),
	OBJECT(posix_lock), OBJECT(aio), OBJECT(pty), OBJECT(terminal), OBJECT(event_fd),
	OBJECT(event_poll), OBJECT(inotify), OBJECT(fanotify), OBJECT(signal_fd), OBJECT(timer_fd),
	OBJECT(posix_timer), OBJECT(interval_timer), OBJECT(pid_fd), OBJECT(unix_stream),
	OBJECT(unix_datagram), OBJECT(unix_seqpacket), OBJECT(unix_listen), OBJECT(tcp_listen),
	OBJECT(tcp_established), OBJECT(tcp6_established), OBJECT(udp), OBJECT(netlink),
	OBJECT(packet), OBJECT(raw), OBJECT(raw_send_only), OBJECT(ping), OBJECT(tun),
	OBJECT(sysv_ipc), OBJECT(posix_shm), OBJECT(message_queue),
	OBJECT(rseq), OBJECT(login_uid), OBJECT(autofs),
};

static void enter_time_namespace(void)
{
	int fd;
	pid_t child;

	MUST(unshare(CLONE_NEWTIME));
	fd = MUST(open("/proc/self/timens_offsets", O_WRONLY));
	MUST(write(fd, "monotonic 100000 0\n", 19));
	MUST(close(fd));
	child = MUST(fork());	/* only children are in it */
	if (child)
		_exit(0);
}

int main(int count, char **words)
{
	int foreground = 0, own_time = 0, option, null;

	while ((option = getopt(count, words, "ft")) != -1) {
		foreground |= option == 'f';
		own_time |= option == 't';
	}
	if (count - optind != 2)
		return 2;
	directory = words[optind + 1];
	if (own_time)
		enter_time_namespace();
	if (!foreground && fork())
		return 0;
	setsid();
	null = open("/dev/null", O_RDWR);
	for (int fd = 0; fd < 3; fd++)
		dup2(null, fd);
	for (int fd = 3; fd < 256; fd++)
		close(fd);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (!strcmp(all[i].name, words[optind])) {
			all[i].make_and_use();
			write_file("verdict", "ok");
			return 0;
		}
	errno = 0;
	fail("no object is called %s", words[optind]);
}
