#include "collect/account.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

/* An ID, or -1. (uid_t)-1 is not a valid ID. */
static long number(const char *text)
{
	char *end;
	errno = 0;
	unsigned long value = strtoul(text, &end, 10);
	bool is = *text >= '0' && *text <= '9' && !*end && !errno && value < UINT_MAX;
	return is ? (long)value : -1;
}

/* A user named like a number takes precedence over the ID, as in chown(1). */
static long user_id(const char *name)
{
	const struct passwd *user = getpwnam(name);
	return user ? (long)user->pw_uid : number(name);
}

static long group_id(const char *name)
{
	const struct group *group = getgrnam(name);
	return group ? (long)group->gr_gid : number(name);
}

static long own_group(long user)
{
	const struct passwd *entry = user < 0 ? NULL : getpwuid((uid_t)user);
	return entry ? (long)entry->pw_gid : -1;
}

int account_parse(const char *text, struct node_access *access)
{
	auto_free char *user = text_copy(text);
	char *group = strchr(user, ':');
	long user_number = -1, group_number = -1;
	if (group)
		*group++ = '\0';
	if (*user && (user_number = user_id(user)) < 0)
		return -EINVAL;
	if (group && *group)
		group_number = group_id(group);
	else if (group)
		group_number = own_group(user_number);
	if ((group && group_number < 0) || (user_number < 0 && group_number < 0))
		return -EINVAL;
	access->user = user_number;
	access->group = group_number;
	return 0;
}
