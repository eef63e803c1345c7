/* The model as JSON. Members are added over time, never removed or changed. show/value prints and frees. */
#ifndef SHOW_JSON_H
#define SHOW_JSON_H

#include "model.h"
#include "show/value.h"

/* A new document with "schema": 1. */
struct json *json_new(void);

/* Each adds one member to the document: "host", "access", "devices", "findings", "results", "ready". */
void json_add_host(struct json *document, const struct host *host);
void json_add_access(struct json *document, const struct access_case *access);
void json_add_devices(struct json *document, const struct device_refs *devices);
void json_add_findings(struct json *document, const struct finding_list *findings);
void json_add_results(struct json *document, const struct result_list *results);
void json_add_kernels(struct json *document, const struct kernel_list *kernels);
void json_add_next_boot(struct json *document, const struct next_boot *next);
void json_add_ready(struct json *document, bool ready);

/* Adds "report": the archive `file`, and the files that could not be read. */
void json_add_records(struct json *document, const char *file, const struct record_list *records);

/* Adds "event", "address", "driver" and "node", null where there is none, and "vendor" and "device" where
 * they are known. */
void json_add_event(struct json *document, const struct event *event);

/* Adds "openings", with physical addresses only if `addresses`. */
void json_add_openings(struct json *document, const struct opening_list *openings, bool addresses);

/* Adds "kernel_taint", decoded; null when it is unknown. */
void json_add_kernel_taint(struct json *document, const struct taint *taint);

/* Adds "taint": the value before and after the command; -1, unknown, becomes null. */
void json_add_taint(struct json *document, long long before, long long after);

#endif
