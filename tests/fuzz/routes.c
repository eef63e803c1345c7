/* An rtnetlink reply with routes: os/network. */
#include "base/base.h"
#include "fuzz.h"
#include "os/os.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct network_facts facts = { 0 };
	const struct network_fact *fact;
	/* malloc aligns it like the receive buffer. */
	char *messages = fuzz_text((struct part){ data, size });
	int more = network_take_routes(messages, size, &facts);
	must(more <= 1);
	array_each (fact, &facts)
		must(fact->route && *fact->interface && *fact->text && *fact->text != '/');
	network_facts_free(&facts);
	free(messages);
	return 0;
}
