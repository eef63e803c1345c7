#include "cmd/overview.h"

#include "base/array.h"
#include "collect/device.h"
#include "collect/stored.h"
#include "collect/taint.h"
#include "judge/finding.h"
#include "judge/nextboot.h"
#include "judge/persistence.h"
#include "judge/readiness.h"
#include "judge/safety.h"
#include "judge/taint.h"

static bool stored_need_noiommu(const struct stored_list *list)
{
	const struct stored *stored;
	array_each (stored, list)
		if (!stored->allow_iommu)
			return true;
	return false;
}

static void judge(struct session *session)
{
	readiness_judge(&session->host, &session->access, &session->findings);
	nextboot_judge(&session->host, &session->next, &session->findings);
	safety_judge_interrupted(&session->devices, &session->findings);
	persistence_judge(&session->stored, &session->devices, &session->findings);
	if (session->stored.count)
		persistence_judge_next_boot(&session->next, stored_collect_rule(&session->root),
			stored_need_noiommu(&session->stored), &session->findings);
}

enum status overview_collect(struct overview *overview, const struct options *options)
{
	struct session *session = &overview->session;
	struct device *device, **bound;
	enum status status = session_open(session, options);
	if (status)
		return status;
	session_collect_host(session);
	device_collect_remembered(&session->root, &session->devices);
	judge(session);
	array_each (device, &session->devices)
		if (device_is_noiommu(device))
			*array_add(&overview->bound) = device;
	array_each (bound, &overview->bound)
		device_collect_details(&session->root, *bound);
	device_collect_names(&overview->bound);
	overview->ready = !finding_blockers(&session->findings);
	return STATUS_DONE;
}

void overview_collect_taint(struct overview *overview)
{
	static struct kernel_log log;
	const struct session *session = &overview->session;
	if (session->host.taint < 0)
		return;
	unsigned long long value = (unsigned long long)session->host.taint;
	taint_collect_log(&session->root, value, &log);
	taint_judge(value, &log, &overview->taint);
}
