/* The specification that containers read of the bound devices. */
#ifndef CMD_CDI_H
#define CMD_CDI_H

#include "cmd/session.h"

/* Makes /run/cdi/vfionoiommu.json say which devices are bound now, or takes it away when none is, and adds
 * the result; if that was not `asked` for only where the file is, which must not name nodes that another
 * device has by now. With --dry-run it counts with those that would be bound, whether there are any such, or
 * given back (NULL: none). */
void cdi_rewrite(struct session *session, bool asked, bool coming, const struct device_refs *leaving);

#endif
