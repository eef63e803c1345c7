/* The specification that containers read of the bound devices. */
#ifndef CMD_CDI_H
#define CMD_CDI_H

#include "cmd/session.h"

/* Makes /run/cdi/vfionoiommu.json say which devices are bound now, or takes it away when none is, and adds
 * the result. With --dry-run it counts with those that would be bound, or given back (NULL: none). */
void cdi_rewrite(
	struct session *session, const struct device_refs *coming, const struct device_refs *leaving);

#endif
