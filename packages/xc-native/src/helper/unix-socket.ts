/** <sys/socket.h>, on every Linux that Xen runs on */
export const [AF_UNIX, SOCK_STREAM, SOCK_CLOEXEC] = [1, 1, 0o2000000];
