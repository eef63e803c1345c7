/* An rtnetlink reply with routes: os/network. */
#include "base/base.h"
#include "fuzz.h"
#include "os/os.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_release const void *mark = keep(0);
	struct network_facts facts = { 0 };
	const struct network_fact *fact;
	/* The arena aligns it like the receive buffer. */
	int more = network_take_routes(fuzz_text((struct part){ data, size }), size, &facts);
	must(more <= 1);
	array_each (fact, &facts)
		must(fact->route && *fact->interface && *fact->text && *fact->text != '/');
	return 0;
}
