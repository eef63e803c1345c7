/* The only code that opens anything or calls a library about the system. Functions that can fail return 0 or
 * a negative errno, and print nothing. */
#ifndef OS_H
#define OS_H

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "work.h"

/* ---- process.c ----
 * Resets the process attributes inherited from the parent. */

/* Call this first. Afterwards descriptors 0 to 2 are in use even if they were closed, no signal is blocked,
 * wait() works, a write beyond the file size limit fails instead of killing the process, and the umask is
 * 022. */
void process_begin(void);

/* Termination signals: they do not interrupt a running plan. */

/* From now on termination and timer signals are only recorded; a SIGHUP that the parent ignores (nohup) stays
 * ignored. SIGPIPE is ignored, so writes fail with EPIPE. Without `restart` a write that waits for a reader
 * fails with EINTR. */
void signals_catch(bool restart);

/* From now on these signals, but SIGPIPE, end the process again. */
void signals_release(void);

/* Whether a signal was recorded. */
bool signals_caught(void);

/* Waits up to `milliseconds` (-1: no limit) until one of the events occurs. Returns 1; 0: timed out; -EINTR:
 * a termination signal was received. */
struct pollfd;
int signals_poll(struct pollfd *events, size_t count, int milliseconds);

/* Processes for what can block in the kernel. */

/* Forks a process in a session of its own, with all memory, but of the open files only our own. It does not
 * end with this process. Returns its PID, in the new process 0, or a negative errno. `*messages` becomes a
 * non-blocking file descriptor for process_relay, which the caller closes. */
int process_start(int *messages);

/* The locks of lock_take, which all processes that are started later hold as well: keeps one more; releases
 * them, for all processes; leaves them to the other processes. These do not allocate. */
void lock_keep(int fd);
void lock_release(void);
void lock_leave(void);

/* Ends a process that process_start started. */
void process_end(void) __attribute__((noreturn));

/* As process_start, but it is killed when this process ends, and leaves the locks. `*end` becomes a file
 * descriptor for process_wait and process_relay, `*answer` an empty file for both of them; the caller closes
 * both. */
int process_fork(int *end, FILE **answer);

/* Waits up to `milliseconds` until it has ended. Returns as signals_poll. */
int process_wait(int end, int milliseconds);

/* Reads /proc/PID/stat, the file at `path`, into `stat`. Returns what follows the name of the process, "S 1 2
 * ...", with its state first, or an empty text if it is unreadable. */
#define PROCESS_STAT 512
const char *process_stat_read(int folder, const char *path, char stat[PROCESS_STAT]);

/* Whether it runs, or waits for a processor of a busy machine: then it is not stuck. Source: /proc/PID/stat.
 */
bool process_is_running(int process);

/* Waits for the process that process_fork started, and returns its exit status; -1: a signal ended it. With
 * `kill_it`, kills it and does not wait, as it may be stuck in the kernel. */
int process_reap(int process, bool kill_it);

/* Prints on stderr what the process wrote there, as far as that does not block. Returns true at its end: the
 * process has ended. */
bool process_relay(int messages);

/* From now on messages of this process, too, are printed only as far as that does not block. */
void process_hold(void);

/* Prints the rest, also if that blocks, and ends process_hold. */
void process_flush(void);

/* New zeroed memory, shared with processes that are started later. Exits if out of memory. */
void *process_share(size_t size);

/* How far a look at the machine is, in memory that is shared with the process that waits for it. */
struct progress {
	volatile unsigned long steps;
	volatile int process; /* what it looks at now; 0: something else ... */
	char what[64];        /* ... namely this */
	bool apart;           /* a process looks for another one, with the same files */
	int stuck[16]; /* processes at which it got stuck: once, leave out their mappings, twice, all */
	size_t stuck_count;
	char part[64];       /* what it looks at now belongs to it */
	char places[12][64]; /* what else it got stuck at: leave it out */
	size_t place_count;
};

/* The look, if `progress` is not NULL, begins with this. Returns false if it got stuck there before. */
bool progress_step(struct progress *progress, const char *what, int process);

/* The same, at the same place: another descriptor, mount or message of a socket. */
void progress_tick(void);

/* ---- sysroot.c ----
 * The machine below a directory: this one (/) or a recorded one (--sysroot). All paths are relative to it,
 * without a leading slash ("sys/bus/pci"), and no link leads out of it. Read-only; see write.c for writing.
 */

/* A path that was accessed below a root. Not in the arena, of which a caller may release what it reads. */
struct sysroot_note {
	struct sysroot_note *before;
	size_t read; /* requested bytes; 0: only its existence and type */
	char path[];
};

struct sysroot {
	int fd;
	bool live;  /* it is this machine's own root */
	bool noted; /* records all accesses: see sysroot_notes */
};

/* The limit of an attribute, in bytes. sysfs returns at most a page. */
#define SYSROOT_ATTRIBUTE_MAX 4096

/* That of a text which has no limit of its own, such as most in /proc; the rest is ignored. */
#define SYSROOT_TEXT_MAX (1 << 20)

/* Opens the directory `path` as the root, without notes. Returns 0 or a negative errno. */
int sysroot_open(struct sysroot *root, const char *path);

/* The same root, without recording accesses. */
struct sysroot sysroot_quiet(const struct sysroot *root);

/* Whether the two paths in the live machine are on the same filesystem, or one of them is missing. */
bool sysroot_same_filesystem(
	const struct sysroot *root, const char *path, const struct sysroot *other, const char *other_path);

/* A descriptor of the root of a filesystem of this type ("tmpfs", "configfs"), which is mounted nowhere: only
 * the descriptor leads to it. Needs CAP_SYS_ADMIN. Returns it, or a negative errno. The caller closes. */
int sysroot_private(const char *type);

/* Records an access to `read` bytes of `path`, or all (SYSROOT_ALL), if the root is noted. For files that a
 * library opens; the functions below record their own accesses. */
#define SYSROOT_ALL SIZE_MAX
void sysroot_note(const struct sysroot *root, const char *path, size_t read);

/* The last recorded access; NULL: there was none. */
const struct sysroot_note *sysroot_notes(void);

/* The files as the user sees them: paths are relative to the working directory, and all links are followed.
 */
#define SYSROOT_USER ((struct sysroot){ .fd = AT_FDCWD, .live = true })

/* An open file descriptor for reading of the regular file `path`, or a negative errno (-EINVAL: not a regular
 * file). The caller closes. */
int sysroot_open_file(const struct sysroot *root, const char *path);

/* An open file descriptor for reading and writing of the device node `path`, or a negative errno. The caller
 * closes. */
int sysroot_open_node(const struct sysroot *root, const char *path);

/* An open file descriptor of the directory `path`, or a negative errno. The caller closes. */
int sysroot_open_dir(const struct sysroot *root, const char *path);

/* The content of the attribute or small file `path`, at most SYSROOT_ATTRIBUTE_MAX - 1 bytes, without
 * trailing white space, or NULL with errno set. */
char *sysroot_read(const struct sysroot *root, const char *path);

/* The first `size` bytes of a longer file, including trailing white space. */
char *sysroot_read_file(const struct sysroot *root, const char *path, size_t size);

/* Reads up to `size` bytes of the file `path`. Returns how many were read, or a negative errno. */
ssize_t sysroot_read_bytes(const struct sysroot *root, const char *path, void *to, size_t size);

/* The target of the link `path`, or only its last component; NULL with errno set. */
char *sysroot_readlink(const struct sysroot *root, const char *path);
const char *sysroot_link_name(const struct sysroot *root, const char *path);

/* The path of the file, directory or device node that `path` leads to, without links and relative to the
 * root, or NULL with errno set. */
char *sysroot_real_path(const struct sysroot *root, const char *path);

/* The directory in sysfs of the device node that `path` leads to, by its number ("sys/dev/block/8:1"), or
 * NULL if it is not a device node. */
char *sysroot_node_directory(const struct sysroot *root, const char *path);

/* Whether `path` exists; ANSWER_UNKNOWN on other errors (permissions). */
enum answer sysroot_exists(const struct sysroot *root, const char *path);

/* The type of `path`, one of S_IFMT (stat(2)), or a negative errno. Does not follow links. */
int sysroot_type(const struct sysroot *root, const char *path);

/* The inode number of `path`; 0: unknown. Does not follow links. */
unsigned long long sysroot_inode(const struct sysroot *root, const char *path);

/* The owner and mode of the file `path`. Does not follow links. Returns 0 or a negative errno. */
int sysroot_access(const struct sysroot *root, const char *path, struct node_access *access);

/* Whether the filesystem of `path` is writable: NO if it is mounted read-only, UNKNOWN if `path` is missing
 * or inaccessible. Ignores permissions. */
enum answer sysroot_writable(const struct sysroot *root, const char *path);

struct name_list {
	const char **items;
	size_t count;
};

/* The names in the directory `path`, sorted, except those that start with a dot (sysfs has none). Returns 0
 * or a negative errno. */
int sysroot_list(const struct sysroot *root, const char *path, struct name_list *names);

/* The same of the folders in it, in sysfs. */
int sysroot_list_folders(const struct sysroot *root, const char *path, struct name_list *names);

bool name_list_has(const struct name_list *names, const char *name);

/* The same of a list from sysroot_list. */
bool name_list_has_sorted(const struct name_list *names, const char *name);

/* Adds a copy of `name`, unless the list has it. */
void name_list_add(struct name_list *names, const char *name);

struct attribute_list {
	struct attribute {
		char *text;    /* NULL: unreadable */
		size_t length; /* of sysroot_read_apart: in bytes */
		int error;     /* why: a negative errno */
	} * items;
	size_t count;
};

/* Adds the contents of the attributes `paths`, as from sysroot_read. Kernels `before` this version, 610 for
 * 6.10, read them only while nothing else has the lock of the device; -EBUSY: for more than a second. */
void sysroot_read_locked(const struct sysroot *root, int before, const struct name_list *paths,
	struct attribute_list *attributes);

/* Adds up to `size` bytes of each of these attributes, for which the kernel may have to resume the device
 * first. Another process reads them all; -EBUSY: for more than 3 seconds. */
void sysroot_read_apart(const struct sysroot *root, const struct name_list *paths, size_t size,
	struct attribute_list *attributes);

/* The version of the running kernel, as 601 for 6.1; 0: unknown. Source: uname(2). */
int kernel_version(void);

/* ---- write.c ----
 * The only code that makes changes on this machine: to attributes and to our own small files. All paths are
 * absolute. */

/* Writes `value` to the existing attribute `path` in a single write. Returns 0 or the kernel's negative
 * errno. */
int write_attribute(const char *path, const char *value);

/* Atomically sets the content of the file `path` to `value` and its mode (writes a temporary file, syncs and
 * renames it). Creates its directory if necessary, accessible to those who may read the file. Returns 0 or a
 * negative errno. */
int write_file(const char *path, const char *value, int mode);

/* Sets the owner and mode of the device node `path`; -1 keeps the current value. Returns 0 or a negative
 * errno: -EINVAL: not a character device. */
int write_access(const char *path, const struct node_access *access);

/* Removes the file `path`. Returns 0, also if it does not exist, or a negative errno. */
int write_remove(const char *path);

/* Whether the last component of the target of the link `path` is `name`; with `name` NULL, whether the link
 * does not exist. Does not allocate. */
bool write_link_is(const char *path, const char *name);

/* A lock file, so that only one instance makes changes at a time. */

/* Called when a second of waiting has passed, and for each new holder since; 0: unknown. */
typedef void lock_waiting(int holder);

/* Acquires the lock file `path`, which must be in a directory that only this user can write to. Waits up to
 * `seconds` for each holder. Returns 0, or a negative errno: -EAGAIN: timed out, and `*holder` is the process
 * ID of the holder, 0 if unknown. `waiting`: NULL: none. The lock is held until lock_release, or until this
 * process and all that it started have ended or called lock_leave. */
int lock_take(const char *path, int seconds, int *holder, lock_waiting *waiting);

/* The same for what all namespaces of the machine have in common, while each container may have a lock file
 * of its own: `attribute`, in sysfs, which only root can open, and the file `name` in devtmpfs, whether that
 * is mounted or not; creates it. Released by lock_release. */
int lock_take_machine(
	const char *attribute, const char *name, int seconds, int *holder, lock_waiting *waiting);

/* Locks the device with this folder in sysfs without waiting. Returns a file descriptor, which holds the lock
 * until it is closed, or a negative errno: -EALREADY: another process has locked it. Does not allocate. */
int lock_device(const char *folder);

/* The inode of this folder; 0: unknown. Does not allocate. */
unsigned long long lock_inode(const char *folder);

/* The process ID of the other process that has locked the device; 0: unknown. */
int lock_device_holder(const char *folder);

/* A new file for the user, which appears complete or not at all. */

struct newfile {
	int fd;                /* for writing, mode 0600 */
	const char *path;      /* as the user typed it */
	const char *temporary; /* its name until newfile_end, in the same directory */
};

/* Creates the file `path` under a temporary name; termination signals are only recorded from now on. Finish
 * with newfile_end. Returns 0, or a negative errno with nothing created: -EEXIST: `path` already exists;
 * -EISDIR or -EINVAL: it is not a regular file. */
int newfile_begin(const char *path, struct newfile *file);

/* Renames the file to its final name; after an `error`, or if that fails, removes it. Returns `error`, or 0,
 * or a negative errno: -EEXIST: `path` was created meanwhile; -EINTR: a termination signal was received. */
int newfile_end(struct newfile *file, int error);

/* ---- kconfig.c ----
 * A kernel's configuration file, plain or compressed with gzip. */

/* The limit of a configuration, in bytes after decompression. Real ones have about 300 KiB. */
#define KCONFIG_SIZE_MAX (4L * 1024 * 1024)

/* Parses one line of a configuration ("CONFIG_VFIO=m", "# CONFIG_VFIO is not set", the header with the
 * version); other lines are ignored. The last line for a symbol wins, as in the kernel's scripts/kconfig. */
void kconfig_line(struct kconfig *config, const char *line);

/* After the last line: decides the kind of the configuration, and so whether the symbols that it does not
 * name are KCONFIG_ABSENT or KCONFIG_UNKNOWN. */
void kconfig_conclude(struct kconfig *config);

/* Changes `config` as the lines of `fragment` would: scripts/kconfig/merge_config.sh. What the kernel's
 * Kconfig would then decide about other symbols becomes KCONFIG_UNKNOWN, unless it follows from their
 * dependencies. */
void kconfig_merge(struct kconfig *config, const struct kconfig *fragment);

/* Reads a configuration from the file descriptor `fd` and closes it; `source` becomes `name`. Returns 0, or a
 * negative errno with `config` untouched: -EFBIG: too large; -EBADMSG: corrupt compression; -ENODATA: no
 * CONFIG_ line. */
int kconfig_read_fd(int fd, const char *name, struct kconfig *config);

/* Reads the configuration `path` below `root`; `source` becomes "/PATH". Returns 0, or a negative errno with
 * `config` untouched: those of kconfig_read_fd, and -EISDIR or -EINVAL if it is not a regular file. */
int kconfig_read(const struct sysroot *root, const char *path, struct kconfig *config);

/* ---- module.c ----
 * Kernel modules, through libkmod. */

/* Whether the module `name` of the kernel `release` can be loaded or is built in, according to the indexes in
 * /lib/modules/RELEASE below `root` (modules.dep, modules.builtin): MODULE_AVAILABLE, _BUILTIN, _MISSING, or
 * _UNKNOWN if there are no indexes. Does not check whether it is loaded. */
enum module_state module_lookup(const struct sysroot *root, const char *release, const char *name);

/* Whether the module `name` has the parameter `parameter`, according to the parm: lines of modinfo, for a
 * built-in module of modules.builtin.modinfo. UNKNOWN if the module or its information does not exist. */
enum answer module_has_parameter(
	const struct sysroot *root, const char *release, const char *name, const char *parameter);

/* Whether a module has the alias `alias`: "symbol:NAME" for an exported symbol, "devname:NAME" for a node.
 * UNKNOWN without indexes, which do not list the symbols of built-in modules. */
enum answer module_answers(const struct sysroot *root, const char *release, const char *alias);

/* Adds the names of the modules with the alias `alias`, such as a device's modalias. Adds none without
 * indexes. */
void module_list_alias(
	const struct sysroot *root, const char *release, const char *alias, struct name_list *names);

/* Whether the file of the module `name` imports `symbol`. UNKNOWN if it has no file. */
enum answer module_uses(
	const struct sysroot *root, const char *release, const char *name, const char *symbol);

/* Loads the module with this name or alias (a device's modalias) on this machine, with its dependencies and
 * the options of modprobe.d, and waits until it is live. If several modules have the alias, loads all of them
 * that are not blacklisted. Returns 0, also if the module is already loaded or built in, or no module has the
 * alias; -ENOENT: no such module; or another negative errno of the kernel. */
int module_load(const char *name);

/* ---- udev.c ----
 * libudev: names of PCI devices from the hardware database, and device events. */

/* The vendor and model names for a modalias ("pci:v00008086d..."), from this machine's hardware database
 * (hwdb.bin), or NULL if it has no entry. */
void udev_names_find(const char *modalias, const char **vendor, const char **model);

/* Whether events of udevd arrive here, as far as its control socket exists: something listens to the kernel
 * in this network namespace. A container can have the one without the other. Source: /proc/net/netlink. */
bool udev_is_heard(void);

/* From now on records the nodes of VFIO groups and cdevs that udevd has settled. `control` is the control
 * socket of udevd: libudev has no other way to find out whether udevd runs. Returns 0; -ENOENT: udevd is not
 * running, or not heard here; or another negative errno. */
int udev_watch_begin(const char *control);

/* Waits up to `seconds` until udevd has settled the new node `path`: until then udevd may still change its
 * owner and mode. Returns 0, immediately if nothing is watched, or a negative errno: -ETIME: timed out. */
int udev_watch_wait(const char *path, int seconds);

/* An event of a device; NULL members are not set. Valid until the next event. */
struct udev_event {
	const char *action;    /* "add", "remove", "bind", "unbind", ... */
	const char *subsystem; /* "pci", "vfio", "vfio-dev" */
	const char *path;      /* below /sys: "/devices/pci0000:00/0000:00:04.0" */
	const char *node;      /* its path in /dev */
	const char *driver;    /* "vfio-pci" */
	const char *pci_id;    /* "8086:10D3" */
};

/* Starts listening to the events of PCI devices and of VFIO groups and cdevs: with `settled` those of udevd,
 * sent after its rules have run, else those of the kernel. Returns 0 or a negative errno. */
int udev_listen(bool settled);

/* Waits up to `milliseconds` (-1: no limit) for the next event. Returns 0; -EAGAIN: none yet; -EINTR: a
 * termination signal was received (signals_catch); -ENOBUFS: events were lost; or another negative errno. */
int udev_receive(int milliseconds, struct udev_event *event);

/* ---- proc.c ----
 * What all processes have open and mapped, from one pass over /proc. */

/* An open descriptor or a mapping. */
struct process_file {
	const char *process; /* "1234 (dpdk-testpmd)"; NULL: not read yet, as `path` */
	int pid;             /* that process; 0: of a mapping */
	const char *path; /* the target of the descriptor's link, or the path of the mapping; NULL: not read
			     yet */
	mode_t type;  /* S_IFCHR, S_IFBLK or S_IFSOCK, and `number` is known; 0: another file, or a recording
		       */
	dev_t number; /* of a socket or namespace: its inode */
	unsigned long inode;               /* of a file that may be one of a sysfs; 0: another file */
	bool ours;                         /* of the sysfs at /sys */
	bool mapped;                       /* or registered with io_uring: it may be written to */
	unsigned long long offset, length; /* of the mapping, in bytes */
	const char *info;                  /* /proc/PID/fdinfo/N; NULL: a mapping, or unreadable */
};

struct process_file_list {
	struct process_file *items;
	size_t count;
};

/* A namespace, the first process in it, "1234 (sh)", or else the first that has it open, and its path below
 * the root: "proc/1234/ns/net", "proc/1234/task/1235/ns/net", "proc/1234/fd/3". */
struct process_namespace {
	unsigned long inode;
	const char *process, *path;
};

struct namespace_list {
	struct process_namespace *items;
	size_t count;
};

struct process_facts {
	struct progress *progress; /* set by the caller; NULL: nobody waits */
	bool files_only;           /* likewise: no namespaces */
	struct process_file_list files;
	struct namespace_list mount_namespaces, network_namespaces;
	struct name_list skipped;   /* processes at which it got stuck, "1234 (sh)" */
	struct name_list in_flight; /* those with a socket that has files in its queue, which nothing names */
	int error; /* the first negative errno: a process was unreadable, so the facts are incomplete */
	const char *unreadable; /* that process; NULL: another file of /proc was */
	bool hidden; /* there are processes that /proc does not show: of another PID namespace or user */
};

/* Adds the files for which `wanted` returns true, and the namespaces. `wanted` is called for nodes before
 * their path is read, and again with it; for files of filesystems without a block device; and for files
 * without a name ("anon_inode:[vfio-device]"). Cannot fail: `facts` have the error. Does not record its
 * accesses, except to what is wanted. Source: fd, fdinfo, maps, map_files, ns and task of /proc/PID. */
void process_facts_collect(const struct sysroot *root,
	bool (*wanted)(const struct process_file *file, const void *context), const void *context,
	struct process_facts *facts);

/* ---- network.c ----
 * Addresses and routes of the network interfaces in this network namespace, through getifaddrs and libmnl
 * (rtnetlink). */

struct network_fact {
	const char *interface; /* "eth0" */
	bool route;            /* a route through it; else an address of it */
	const char *text;      /* "192.0.2.1/24", "default", "192.0.2.0/24 in table 100" */
};

/* An interface that routes lead through; "": there is none (any more) with this index. */
struct routed_interface {
	unsigned int index;
	size_t routes;
	char name[16]; /* IF_NAMESIZE */
};

struct network_facts {
	struct network_fact *items;
	size_t count;
	struct {
		struct routed_interface *items;
		size_t count;
	} routed;
};

/* Adds all IPv4 and IPv6 addresses and the first routes of each interface, of all tables, except those that
 * every interface has while it is up (link local, multicast, the table local). Returns 0, or a negative errno
 * with the facts found so far: -EINTR: they changed all the time. */
int network_facts(struct network_facts *facts);

/* Adds the interfaces of the network namespaces that this one has a number for, as the one that an interface
 * was moved to has, also if no process or file shows it: as `text` the name, as `interface` what the
 * interface belongs to, "0000:00:04.0". Returns as above. Source: rtnetlink(7), RTM_GETNSID and
 * IFLA_TARGET_NETNSID; since 5.14. */
int network_moved(struct network_facts *facts);

/* Adds the routes in `messages`, `length` bytes of an rtnetlink reply with its alignment. Returns 1 if more
 * messages follow, 0 if these were the last, or a negative errno. */
int network_take_routes(const void *messages, size_t length, struct network_facts *facts);

/* Adds the names of the interfaces that have an XDP program attached. Returns 0 or a negative errno, as
 * above. Source: rtnetlink(7), IFLA_XDP. */
int network_programs(struct name_list *interfaces);

/* Whether this process has another network namespace than the first one that it sees, as far as is known. */
bool network_is_separate(void);

/* Opens the sysfs of the network namespace `path` (proc/PID/ns/net, or a file that it is mounted on), which
 * shows the interfaces in it below class/net. Adds to `uppers` its interfaces that are on top of one in our
 * namespace, such as a macvlan: `text` is on top of `interface`. Needs CAP_SYS_ADMIN. Returns 0, and the
 * caller closes `sysfs->fd`, or a negative errno: -EALREADY: it is our own; -EINVAL: not a network namespace.
 * Source: setns(2), rtnetlink(7), IFLA_LINK or IFLA_VXLAN_LINK, and IFLA_LINK_NETNSID. */
int network_enter(
	const struct sysroot *root, const char *path, struct sysroot *sysfs, struct network_facts *uppers);

/* The name of the interface in this network namespace that has the alternative name `alternative` (ip link
 * property add; sysfs does not have these names), or NULL. Source: rtnetlink(7), IFLA_ALT_IFNAME. */
char *network_interface_name(const char *alternative);

/* The name of the interface through which the kernel sends from this network namespace to `address`, of IPv4
 * or IPv6; NULL: no route, or not an address. Source: rtnetlink(7), RTM_GETROUTE. */
char *network_interface_to(const char *address);

/* ---- storage.c, mounts ----
 * Mounts and swap, through libmount. */

struct mount_fact {
	const char *type;   /* ext4, virtiofs */
	const char *source; /* as mountinfo or swaps has it: /dev/nvme0n1p2; of nsfs the root:
			       "net:[4026532294]" */
	dev_t number; /* of the block device; anonymous (major 0) for btrfs and network filesystems; 0: swap
		       */
	const char *target;    /* the mount point; NULL: swap */
	const char *process;   /* "1234 (sh)": it is in the mount namespace of this process; NULL: in ours */
	const char *server;    /* its address, as the options of nfs and cifs have it: "addr=192.0.2.1"; NULL:
				  none */
	const char *page_size; /* of hugetlbfs: "2M"; NULL: not said */
};

struct mount_facts {
	struct mount_fact *items;
	size_t count;
	struct {
		dev_t *items;
		size_t count;
	} numbers; /* of all filesystems, sorted */
};

/* Adds the mounts of this mount namespace (/proc/self/mountinfo) and swap (/proc/swaps) below `root`. Returns
 * 0, or a negative errno if one of them is unreadable: -ENOENT on a kernel without swap. */
int mount_facts(const struct sysroot *root, struct mount_facts *facts);

/* Adds the filesystems that are mounted in the mount namespace, unless the facts have them from another one.
 * Does not record the access. Returns 0 or a negative errno. */
int mount_facts_of(
	const struct sysroot *root, const struct process_namespace *namespace, struct mount_facts *facts);

/* ---- storage.c, block devices ----
 * Block devices of this machine, opened by number: they need no node in /dev. */

/* Opens the block device for reading, which needs root, and exclusively: until it is closed no filesystem,
 * swap or other block device can begin to use it, see O_EXCL in open(2). `node` is its usual node below /dev.
 * Returns the descriptor; -EBUSY: the kernel or a process uses it exclusively, in whichever namespace; or
 * another negative errno. */
int block_claim(const struct sysroot *root, const char *node, dev_t number);

/* The number of the block device whose node the file `path` is, or 0 and that of the filesystem with the
 * file. Follows links. Returns 0 or a negative errno. */
int block_of_path(const struct sysroot *root, const char *path, dev_t *number, dev_t *filesystem);

/* The same for the file below a loop device. Returns 0 or a negative errno. Source: LOOP_GET_STATUS64. */
int block_loop(const struct sysroot *root, const char *node, dev_t number, dev_t *below, dev_t *filesystem);

/* ---- sysroot.c, the kernel log ----
 * The kernel log as text; collect/taint parses its records. */

/* The limit of a log, in bytes. */
#define KLOG_SIZE_MAX (16 << 20)

/* Reads all records of the log `path`, oldest first. On this machine it is the device /dev/kmsg; in a
 * recording it is a file with the concatenated records. Returns 0, or a negative errno with the records read
 * so far in `*text`: -EFBIG: longer than KLOG_SIZE_MAX; -EBADMSG: the recorded log contains a 0 byte; and
 * those of open(2) and read(2). */
int klog_read(const struct sysroot *root, const char *path, const char **text);

/* ---- vfio.c ----
 * VFIO's ioctls: containers, groups and devices; Documentation/driver-api/vfio.rst,
 * include/uapi/linux/vfio.h. Each takes open file descriptors and returns 0, or the value documented below,
 * or the kernel's negative errno. */

/* The IOMMU type of a container: VFIO_TYPE1v2_IOMMU or VFIO_NOIOMMU_IOMMU. */
int vfio_container_type(bool noiommu);

/* Whether `container` supports this type: 0, or -EOPNOTSUPP. */
int vfio_container_check(int container, int type);
int vfio_container_set_type(int container, int type);

/* 0 if all devices in the group are bound to VFIO, else -EADDRINUSE. */
int vfio_group_check_viable(int group);
int vfio_group_set_container(int group, int container);

/* A file descriptor of the device at `address`, which the caller closes. */
int vfio_group_get_device(int group, const char *address);

/* Binds the device to `iommufd`, and attaches it to the address space `ioas`. */
int vfio_device_bind(int device, int iommufd);
int vfio_device_attach(int device, unsigned int ioas);

/* Reads the regions and interrupts of the device; `offer` is untouched on failure. */
int vfio_device_offer(int device, struct device_offer *offer);

/* iommufd's ioctls: an address space, and one page of this process in it;
 * Documentation/userspace-api/iommufd.rst. Each returns 0 or the kernel's negative errno. */

/* A page of this process's memory. */
struct page {
	void *memory;
	unsigned int ioas;
	unsigned long long iova;     /* its address for the device */
	unsigned long long physical; /* address in bytes */
};

/* Allocates a page that is present in memory; free with page_free. Returns 0 or a negative errno. */
int page_make(struct page *page);
void page_free(struct page *page);

/* Allocates an address space and stores its ID in `page->ioas`. The kernel frees it when the file descriptor
 * is closed. */
int iommufd_ioas(int iommufd, struct page *page);
int iommufd_map(int iommufd, struct page *page);
int iommufd_unmap(int iommufd, const struct page *page);

/* Stores the physical address that the kernel returns for the page in `page->physical`. */
int iommufd_physical(int iommufd, struct page *page);

/* Whether `page->physical` matches /proc/self/pagemap; UNKNOWN without CAP_SYS_ADMIN, which pagemap requires;
 * Documentation/admin-guide/mm/pagemap.rst. */
enum answer page_is_physical(const struct sysroot *root, const struct page *page);

/* Whether /proc/self/pagemap shows this process the physical addresses of its pages. */
bool page_shows_physical(const struct sysroot *root);

/* ---- archive.c ----
 * Archives, through libarchive. */

/* Writes the records as a tar archive without timestamps to `fd`, which stays open. Returns 0 or a negative
 * errno. */
int archive_write(const struct record_list *records, int fd);

/* The vfio module and options in an initramfs. */

/* Scans the image `path`: sets whether it contains the module vfio, and appends the contents of all files in
 * its modprobe.d directories to `*modprobe`, which may move. Returns 0 or a negative errno:
 * -EBADMSG: not an initramfs. Format: Documentation/driver-api/early-userspace/buffer-format.rst. */
int initramfs_look(const struct sysroot *root, const char *path, bool *has_vfio, char **modprobe);

#endif
