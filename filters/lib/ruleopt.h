/* L5 ruleopt - the options of the programs that read rules: -r, -e, --set, --maps, --as-of.
 *
 * A program lists RULEOPT_OPTIONS among its own, hands every option id to ruleopt_take first and loads all
 * rules with ruleopt_load, before any input is opened. */
#ifndef LIMN_RULEOPT_H
#define LIMN_RULEOPT_H

#include "cli.h"
#include "rules.h"

enum { RULEOPT_SET = 900, RULEOPT_MAPS, RULEOPT_AS_OF };

#define RULEOPT_OPTIONS                                                                          \
	{'r', "rules", "FILE",                                                                   \
		"read rules from FILE, or from FILE of the installed rules; repeatable"},        \
		{'e', "define", "TEXT", "rules given here: 'metric pv = count();'; repeatable"}, \
		{RULEOPT_SET, "set", "NAME=VALUE", "give a param another value; repeatable"},    \
		{RULEOPT_MAPS, "maps", "DIR",                                                    \
			"look for lookup tables in DIR before the shared ones; repeatable"},     \
	{                                                                                        \
		RULEOPT_AS_OF, "as-of", "DAY", "the day that the rules call today"               \
	}

struct ruleopt {
	struct rules_source *source;
	size_t nsource, source_cap;
	char **path; /* names made here */
	size_t npath, path_cap;
	const char **set;
	size_t nset, set_cap;
	const char **maps;
	size_t nmaps, maps_cap;
	int32_t as_of;
};
#define RULEOPT_DEFAULTS                  \
	{                                 \
		.as_of = WHEN_DAY_MISSING \
	}

/* True when the option was one of these. */
bool ruleopt_take(struct ruleopt *o, const struct cli *c, int id);
void ruleopt_any_day(struct ruleopt *o); /* for --check: rules that need --as-of have one */
/* Ends the program with exit 2 or 3 when there are no rules or they are wrong. */
struct rules *ruleopt_load(const struct ruleopt *o, const struct cli_common *common);
void ruleopt_free(struct ruleopt *o);

#endif
