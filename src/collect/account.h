/* Users and groups of this machine, by name or ID. */
#ifndef COLLECT_ACCOUNT_H
#define COLLECT_ACCOUNT_H

#include "model.h"

/* Reads "USER", "USER:GROUP", "USER:" (the user's own group) or ":GROUP" into `access->user` and `->group`;
 * an omitted part becomes -1. Returns 0, or -EINVAL if there is no such user or group. Source: the user
 * database (getpwnam(3)). */
int account_parse(const char *text, struct node_access *access);

#endif
