/* L5 factopt - segment's --facts NAME=FILE: the readers of side streams. */
#include "factopt.h"

#include <stdlib.h>

void
factopt_add(struct factopt *o, const char *arg)
{
	if (!strchr(arg, '=') || arg[0] == '=')
		msg_die(LIMN_USAGE, "--facts: NAME=FILE expected, not '%s'", arg);
	o->arg = xgrow(o->arg, &o->cap, o->n + 1, sizeof *o->arg);
	o->arg[o->n++] = arg;
}

/* The FILE of --facts NAME=FILE, NULL when it is not there. */
static const char *
file_of(const struct factopt *o, const char *name)
{
	const char *file = NULL;
	size_t len = strlen(name);
	for (size_t i = 0; i < o->n; i++)
		if (strncmp(o->arg[i], name, len) == 0 && o->arg[i][len] == '=') {
			if (file)
				msg_die(LIMN_USAGE, "--facts %s: given twice", name);
			file = o->arg[i] + len + 1;
		}
	return file;
}

/* The options about columns, times and bad records are about the input, not about streams. */
static struct rec_in *
open_stream(const struct flow *f, const char *const *file, struct err *e)
{
	struct rec_in_opts o = REC_IN_DEFAULTS;
	o.files = file;
	o.nfiles = 1;
	o.zone = f->zone;
	o.max_record = f->common->max_record;
	o.block = f->common->block;
	return rec_in_open(&o, e);
}

void
factopt_open(struct factopt *o, struct flow *f, struct rules *r, const char *key, int slot)
{
	struct err *e = &f->err;
	o->nin = rules_nstreams(r);
	o->in = xcalloc(o->nin + 1, sizeof(struct rec_in *));
	o->file = xcalloc(o->nin + 1, sizeof *o->file);
	rules_bind_key(r, slot);
	for (size_t i = 0; i < o->nin && !e->code; i++) {
		if (!rules_stream_needed(r, i))
			continue;
		o->file[i] = file_of(o, rules_stream_name(r, i));
		if (!o->file[i])
			rules_stream_lacks(r, i, e);
		else if ((o->in[i] = open_stream(f, &o->file[i], e)))
			rules_bind_stream(r, i, o->in[i], key, e);
	}
	if (e->code)
		msg_die(e->code, "%s", e->text);
}

void
factopt_count(const struct factopt *o, struct flow *f, const struct rules *r)
{
	struct buf *b = &f->count.more;
	const char *join = ",\"facts\":{";
	for (size_t i = 0; i < o->nin; i++) {
		struct rules_stream_stats s = rules_stream_stats(r, i);
		if (!o->in[i])
			continue;
		buf_str(b, join);
		buf_json(b, span_str(rules_stream_name(r, i)));
		buf_printf(b, ":{\"records\":%ju,\"passed\":%ju}", (uintmax_t)s.rows,
			(uintmax_t)s.passed);
		join = ",";
	}
	if (join[1] == '\0')
		buf_byte(b, '}');
}

void
factopt_free(struct factopt *o)
{
	for (size_t i = 0; i < o->nin; i++)
		rec_in_free(o->in[i]);
	free(o->in);
	free(o->file);
	free(o->arg);
}
