/* The CDI specification of the bound devices. */
#ifndef CMD_CDI_H
#define CMD_CDI_H

#include "cmd/session.h"

/* Updates /run/cdi/vfionoiommu.json to the devices that are bound now, or removes it if none is, and adds the
 * result. If not `asked`, only an existing file is updated: its nodes may belong to other devices by now.
 * With
 * --dry-run: `coming`, whether devices would be bound, and the devices `leaving` (NULL: none) that would be
 * unbound. */
void cdi_rewrite(struct session *session, bool asked, bool coming, const struct device_refs *leaving);

#endif
