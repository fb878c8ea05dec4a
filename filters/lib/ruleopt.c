/* L5 ruleopt - the options of the programs that read rules: -r, -e, --set, --maps, --as-of. */
#include "ruleopt.h"

#include <stdlib.h>
#include <unistd.h>

static void
add_source(struct ruleopt *o, const char *name, const char *text)
{
	o->source = xgrow(o->source, &o->source_cap, o->nsource + 1, sizeof *o->source);
	o->source[o->nsource++] = (struct rules_source){name, text};
}

/* FILE itself, or a file of that name, with or without ".rules", among the installed ones. */
static const char *
find_file(struct ruleopt *o, const char *file)
{
	if (strchr(file, '/') || access(file, F_OK) == 0)
		return file;
	static const char *const ends[] = {"", ".rules"};
	for (size_t i = 0; i < 2; i++) {
		struct buf b = {0};
		buf_printf(&b, "%s/schemas/rules/%s%s", cli_share(), file, ends[i]);
		if (access(buf_cstr(&b), F_OK) == 0) {
			o->path = xgrow(o->path, &o->path_cap, o->npath + 1, sizeof *o->path);
			return o->path[o->npath++] = b.ptr;
		}
		buf_free(&b);
	}
	return file;
}

bool
ruleopt_take(struct ruleopt *o, const struct cli *c, int id)
{
	switch (id) {
	case 'r':
		add_source(o, find_file(o, c->arg), NULL);
		return true;
	case 'e':
		add_source(o, "-e", c->arg);
		return true;
	case RULEOPT_SET:
		o->set = xgrow(o->set, &o->set_cap, o->nset + 1, sizeof *o->set);
		o->set[o->nset++] = c->arg;
		return true;
	case RULEOPT_MAPS:
		o->maps = xgrow(o->maps, &o->maps_cap, o->nmaps + 1, sizeof *o->maps);
		o->maps[o->nmaps++] = c->arg;
		c->common->maps = o->maps; /* for --where */
		c->common->nmaps = o->nmaps;
		return true;
	case RULEOPT_AS_OF:
		o->as_of = cli_day(c, "as-of");
		return true;
	default:
		return false;
	}
}

void
ruleopt_any_day(struct ruleopt *o)
{
	if (o->as_of == WHEN_DAY_MISSING)
		o->as_of = when_from_civil(2000, 1, 1);
}

struct rules *
ruleopt_load(const struct ruleopt *o, const struct cli_common *common)
{
	struct err e = {0};
	struct rules_env env = {.as_of = o->as_of,
		.sets = o->set,
		.nsets = o->nset,
		.maps = o->maps,
		.nmaps = o->nmaps};
	struct rules *r = NULL;
	if (!o->nsource)
		msg_die(LIMN_USAGE, "no rules are given: -r FILE or -e TEXT");
	env.zone = zone_open(common->tz ? common->tz : "UTC", &e);
	if (env.zone)
		r = rules_load(o->source, o->nsource, &env, &e);
	if (!r)
		msg_die(e.code, "%s", e.text);
	return r;
}

void
ruleopt_free(struct ruleopt *o)
{
	for (size_t i = 0; i < o->npath; i++)
		free(o->path[i]);
	free(o->path);
	free(o->source);
	free(o->set);
	free(o->maps);
}
