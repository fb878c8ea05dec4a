/* L2 jsonin - one JSON object a line, through simdjson: the only C++ in limn. */
#include "jsonin.h"

#include <simdjson.h>

#include <cstring>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

using namespace simdjson;

#define MAX_DEPTH 500 /* of nested lists and objects; simdjson itself allows 1024 */

static_assert(JSONIN_PAD >= SIMDJSON_PADDING, "text must be padded as simdjson wants it");

struct jsonin {
	ondemand::parser parser;
	ondemand::document document;
	std::unordered_map<std::string, size_t> want; /* path -> index */
	std::unordered_set<std::string> prefix;       /* paths that have a wanted one below */
	struct arena *arena;
	struct span *values;
	uint8_t *bare;
	uint64_t unknown;
};

namespace
{

const char *
explain(error_code e)
{
	switch (e) {
	case UTF8_ERROR:
		return "not UTF-8";
	case UNCLOSED_STRING:
		return "not JSON: a string does not end";
	case UNESCAPED_CHARS:
		return "not JSON: a control character in a string";
	case STRING_ERROR:
		return "not JSON: a wrong escape in a string";
	case NUMBER_ERROR:
		return "not JSON: a wrong number";
	case DEPTH_ERROR:
		return "JSON nested too deeply";
	case EMPTY:
		return "an empty line where a JSON object should be";
	case TRAILING_CONTENT:
		return "something follows the JSON object";
	case INCORRECT_TYPE:
		return "not a JSON object";
	case INCOMPLETE_ARRAY_OR_OBJECT:
		return "JSON that is cut off";
	default:
		return "not JSON";
	}
}

bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

struct span
trimmed(const char *from, const char *to)
{
	while (to > from && is_blank(to[-1]))
		to--;
	return {from, static_cast<size_t>(to - from)};
}

/* JSON's number grammar over the whole token. On demand, a number's digits are ours to check; they may have
 * any length, since they are carried as text. */
bool
is_number(struct span s)
{
	const char *p = s.ptr, *end = s.ptr + s.len;
	auto digits = [&] {
		const char *from = p;
		while (p < end && *p >= '0' && *p <= '9')
			p++;
		return p - from;
	};
	if (p < end && *p == '-')
		p++;
	const char *first = p;
	auto n = digits();
	if (n == 0 || (n > 1 && *first == '0'))
		return false;
	if (p < end && *p == '.' && (p++, digits() == 0))
		return false;
	if (p < end && (*p == 'e' || *p == 'E')) {
		p++;
		if (p < end && (*p == '+' || *p == '-'))
			p++;
		if (digits() == 0)
			return false;
	}
	return p == end;
}

void
store(jsonin *j, const std::string *path, struct span value, uint8_t bare)
{
	if (!path)
		return;
	auto found = j->want.find(*path);
	if (found == j->want.end())
		return;
	j->values[found->second] = value;
	j->bare[found->second] = bare;
}

error_code visit(jsonin *j, ondemand::value value, const std::string *path, int depth);

error_code
visit_string(jsonin *j, ondemand::value value, const std::string *path)
{
	std::string_view token = value.raw_json_token(), text;
	if (error_code e = value.get_string().get(text))
		return e;
	struct span raw = trimmed(token.data(), token.data() + token.size());
	if (!memchr(raw.ptr, '\\', raw.len)) /* as it stands, between its quotes */
		store(j, path, {raw.ptr + 1, raw.len - 2}, 0);
	else if (path && j->want.count(*path)) /* simdjson's copy lasts only for this line */
		store(j, path, arena_copy(j->arena, {text.data() ? text.data() : "", text.size()}),
			0);
	return SUCCESS;
}

error_code
visit_scalar(jsonin *j, ondemand::value value, ondemand::json_type type, const std::string *path)
{
	std::string_view token = value.raw_json_token();
	struct span raw = trimmed(token.data(), token.data() + token.size());
	auto is = [&raw](const char *word) {
		return raw.len == strlen(word) && memcmp(raw.ptr, word, raw.len) == 0;
	};
	if (type == ondemand::json_type::null          ? !is("null")
		: type == ondemand::json_type::boolean ? !is("true") && !is("false")
						       : !is_number(raw))
		return type == ondemand::json_type::number ? NUMBER_ERROR : TAPE_ERROR;
	if (type == ondemand::json_type::null)
		store(j, path, SPAN_MISSING, 0);
	else
		store(j, path, raw, 1);
	return SUCCESS;
}

/* Depth 0 is the record itself, whose members' names are the paths; nested objects are gone into by name only
 * where somebody wants something in them. */
error_code
visit_members(jsonin *j, ondemand::object object, const std::string *path, int depth)
{
	bool named = depth == 0 || (path && j->prefix.count(*path));
	std::string name;
	for (auto &&each : object) {
		ondemand::field field;
		std::string_view key;
		error_code e = std::move(each).get(field);
		if (e || (e = field.unescaped_key().get(key)))
			return e;
		if (named) {
			name = depth ? *path + "." : "";
			name.append(key);
			if (depth == 0 && !j->want.count(name) && !j->prefix.count(name))
				j->unknown++;
		}
		if ((e = visit(j, field.value(), named ? &name : nullptr, depth + 1)))
			return e;
	}
	return SUCCESS;
}

/* Validates a list or an object and stores its text, which ends before the token that simdjson then stands on. */
error_code
visit_nested(jsonin *j, ondemand::value value, bool is_object, const std::string *path, int depth)
{
	const char *from = value.raw_json_token().data(), *next;
	if (is_object) {
		ondemand::object object;
		error_code e = value.get_object().get(object);
		if (e || (e = visit_members(j, object, path, depth)))
			return e;
	} else {
		ondemand::array array;
		if (error_code e = value.get_array().get(array))
			return e;
		for (auto each : array) {
			ondemand::value child;
			error_code e = each.get(child);
			if (e || (e = visit(j, child, nullptr, depth + 1)))
				return e;
		}
	}
	if (error_code e = j->document.current_location().get(next))
		return e;
	store(j, path, trimmed(from, next), 1);
	return SUCCESS;
}

/* Validates the value, whatever it is, and stores it where somebody wants the path (nullptr: nobody). */
error_code
visit(jsonin *j, ondemand::value value, const std::string *path, int depth)
{
	ondemand::json_type type;
	if (depth > MAX_DEPTH)
		return DEPTH_ERROR;
	if (error_code e = value.type().get(type))
		return e;
	switch (type) {
	case ondemand::json_type::string:
		return visit_string(j, value, path);
	case ondemand::json_type::object:
		return visit_nested(j, value, true, path, depth);
	case ondemand::json_type::array:
		return visit_nested(j, value, false, path, depth);
	default:
		return visit_scalar(j, value, type, path);
	}
}

/* Opens the one object that the text must be. */
error_code
open_object(jsonin *j, const char *text, size_t len, ondemand::object &object)
{
	error_code e = j->parser.iterate(text, len, len + JSONIN_PAD).get(j->document);
	ondemand::json_type type;
	if (e || (e = j->document.type().get(type)))
		return e;
	if (type != ondemand::json_type::object)
		return INCORRECT_TYPE;
	return j->document.get_object().get(object);
}

error_code
read_object(jsonin *j, const char *text, size_t len)
{
	ondemand::object object;
	error_code e = open_object(j, text, len, object);
	if (e || (e = visit_members(j, object, nullptr, 0)))
		return e;
	const char *rest; /* there must be none */
	return j->document.current_location().get(rest) == OUT_OF_BOUNDS ? SUCCESS
									 : TRAILING_CONTENT;
}

bool
told(error_code e, const char **reason)
{
	if (e)
		*reason = explain(e);
	return e == SUCCESS;
}

} // namespace

struct jsonin *
jsonin_new(void)
{
	return new jsonin();
}

void
jsonin_free(struct jsonin *j)
{
	delete j;
}

size_t
jsonin_want(struct jsonin *j, const char *path)
{
	std::string p = path;
	auto added = j->want.emplace(p, j->want.size());
	for (size_t dot = p.find('.'); dot != std::string::npos; dot = p.find('.', dot + 1))
		j->prefix.insert(p.substr(0, dot));
	return added.first->second;
}

bool
jsonin_object(struct jsonin *j, const char *text, size_t len, struct arena *a, struct span *values,
	uint8_t *bare, uint64_t *unknown, const char **reason)
{
	for (size_t i = 0; i < j->want.size(); i++) {
		values[i] = SPAN_MISSING;
		bare[i] = 0;
	}
	j->arena = a;
	j->values = values;
	j->bare = bare;
	j->unknown = 0;
	error_code e = read_object(j, text, len);
	if (!e)
		*unknown += j->unknown;
	return told(e, reason);
}

bool
jsonin_names(struct jsonin *j, const char *text, size_t len, void (*name)(void *ctx, struct span s),
	void *ctx, const char **reason)
{
	ondemand::object object;
	error_code e = open_object(j, text, len, object);
	if (e)
		return told(e, reason);
	for (auto &&each : object) {
		ondemand::field field;
		std::string_view key;
		if ((e = std::move(each).get(field)) || (e = field.unescaped_key().get(key)))
			return told(e, reason);
		name(ctx, {key.data() ? key.data() : "", key.size()});
	}
	return true;
}

void
jsonin_replace(struct jsonin *j, const char *text, size_t len, const char *name, struct span member,
	struct buf *dst)
{
	ondemand::object object;
	if (open_object(j, text, len, object))
		return;
	buf_byte(dst, '{');
	for (auto &&each : object) {
		ondemand::field field;
		std::string_view key;
		if (std::move(each).get(field))
			return;
		const char *from = field.key().raw() - 1, *to; /* with its quote */
		ondemand::value value = field.value();
		ondemand::json_type type;
		std::string_view token = value.raw_json_token();
		to = token.data() + token.size();
		if (field.unescaped_key().get(key) || value.type().get(type))
			return;
		bool nested =
			type == ondemand::json_type::object || type == ondemand::json_type::array;
		if (nested &&
			(visit(j, value, nullptr, 1) || j->document.current_location().get(to)))
			return;
		if (key == name)
			continue;
		buf_span(dst, trimmed(from, to));
		buf_byte(dst, ',');
	}
	buf_span(dst, member);
	buf_byte(dst, '}');
}

bool
jsonin_schema(struct jsonin *j, const char *text, size_t len,
	void (*field)(void *ctx, struct span name, struct span type), void *ctx,
	const char **reason)
{
	ondemand::object object;
	ondemand::array fields;
	error_code e = open_object(j, text, len, object);
	if (e || (e = object["fields"].get_array().get(fields)))
		return told(e, reason);
	for (auto each : fields) {
		ondemand::object one;
		std::string_view name, type;
		if ((e = each.get_object().get(one)) || (e = one["name"].get_string().get(name)) ||
			(e = one["type"].get_string().get(type)))
			return told(e, reason);
		field(ctx, {name.data(), name.size()}, {type.data(), type.size()});
	}
	return true;
}
