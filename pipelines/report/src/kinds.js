// kinds - the kinds of charts: each takes numbers and gives a function (theme, width) → an ECharts option.
import { isSmall, mix, readable, tip } from './charts.js';
import { compact, count, date, MIDDLE, NONE, percent, SHORT, write } from './numbers.js';
import { missing } from './data.js';
import { brief, say, weekday } from './words.js';
import { countryPlace } from './world.js';

const axis = (t) => ({ axisLine: { show: false }, axisTick: { show: false }, axisLabel: { color: t.soft, fontSize: 12 }, splitLine: { lineStyle: { color: t.line } } });
const category = (t, data, more) => ({ ...axis(t), type: 'category', data, splitLine: { show: false }, axisLine: { show: true, lineStyle: { color: t.line } }, ...more });
const amounts = (t, kind, more) => ({ ...axis(t), type: 'value', splitNumber: 3, axisLabel: { ...axis(t).axisLabel, formatter: (value) => compact(value, kind.kind) }, ...more });

// The first value that is known and not nothing.
const first = (values) => Number(values.find((value) => !missing(value) && Number(value) > 0)) || 1;

// Lines by day: series {name, values, color(theme), dashed}; shade: the chosen days; open: the last day is provisional.
export const lines = ({ days, series, kind, from, to, open, near0 = true, relative, joined }) => (t) => ({
	grid: { left: 4, right: 12, top: 14, bottom: 4, containLabel: true },
	tooltip: { trigger: 'axis', axisPointer: { lineStyle: { color: t.faint } },
		formatter: (points) => tip(date(days[points[0].dataIndex], { ...MIDDLE, weekday: 'short' }),
			points.map((point) => [series[point.seriesIndex].name, write(kind, series[point.seriesIndex].values[point.dataIndex]), series[point.seriesIndex].color(t)])) },
	xAxis: category(t, days, { boundaryGap: false, axisLabel: { color: t.soft, fontSize: 12, formatter: (day) => date(day, SHORT), interval: (i) => i === 0 || i === Math.floor((days.length - 1) / 2) || i === days.length - 1,
		alignMinLabel: 'left', alignMaxLabel: 'right', showMinLabel: true, showMaxLabel: true } }),
	yAxis: amounts(t, relative ? { kind: 'rate' } : kind, near0 && !relative ? { min: 0 } : { scale: true, ...(relative || kind.kind ? {} : { minInterval: 1, axisLabel: { color: t.soft, fontSize: 12, formatter: (value) => count(value) } }) }),
	series: series.map((one, i) => ({
		type: 'line', data: one.values.map((value, j) => (missing(value) ? null : { value: relative ? Number(value) / first(one.values) : Number(value),
			symbol: 'circle', symbolSize: j === days.length - 1 ? 8 : one.values.filter((v) => !missing(v)).length < 3 ? 6 : 0,
			itemStyle: open && j === days.length - 1 ? { color: t.sheet, borderColor: one.color(t), borderWidth: 2 } : undefined })),
		showSymbol: true, connectNulls: Boolean(joined), color: one.color(t), lineStyle: { width: 2, type: one.dashed ? 'dashed' : 'solid' },
		areaStyle: series.length === 1 ? { color: one.color(t), opacity: 0.1 } : undefined,
		markArea: i === 0 && from < to ? { silent: true, itemStyle: { color: one.color(t), opacity: 0.07 }, data: [[{ xAxis: days[from] }, { xAxis: days[to] }]] } : undefined,
	})),
});

// A line without axes, for a card.
export const spark = ({ values, color, from }) => (t) => ({
	grid: { left: 4, right: 5, top: 5, bottom: 3 }, tooltip: { show: false },
	xAxis: { type: 'category', show: false, boundaryGap: false, data: values.map((_, i) => String(i)) },
	yAxis: { type: 'value', show: false, scale: true },
	series: [{ type: 'line', silent: true, connectNulls: true, data: values.map((value, i) => (missing(value) ? null : { value: Number(value), symbol: 'circle', symbolSize: i === values.length - 1 ? 7 : 0 })),
		color: t[color], lineStyle: { width: 2 }, areaStyle: { color: t[color], opacity: 0.1 },
		markArea: from >= 0 && from < values.length - 1 ? { silent: true, itemStyle: { color: t[color], opacity: 0.1 }, data: [[{ xAxis: String(from) }, { xAxis: String(values.length - 1) }]] } : undefined }],
});

// From one amount to another by steps: {name, value, color, whole}; wholes stand on the ground.
export const waterfall = ({ steps, kind }) => (t, width) => {
	const narrow = width < 480;
	const text = (step) => (narrow ? (step.whole || step.value < 0 ? '' : '+') + compact(Math.abs(step.value) < 100 ? step.value : Math.round(step.value), kind.kind) : step.text);
	let level = 0;
	const bars = steps.map((step) => {
		const low = step.whole ? 0 : Math.min(level, level + step.value);
		const high = step.whole ? step.value : Math.max(level, level + step.value);
		level = step.whole ? step.value : level + step.value;
		return { low, high };
	});
	const base = Math.min(0, ...bars.map((one) => one.low)); // a bar's length is its amount: the ground is 0
	return {
		grid: { left: 4, right: 8, top: 26, bottom: 4, containLabel: true },
		tooltip: { trigger: 'item', formatter: (point) => tip(steps[point.dataIndex].name, [[say('change'), steps[point.dataIndex].text]], steps[point.dataIndex].note) },
		xAxis: category(t, steps.map((step) => step.name), { axisLabel: { color: t.soft, fontSize: narrow ? 11 : 12, interval: 0, width: Math.max(narrow ? 40 : 54, (width - 60) / steps.length - 6), overflow: narrow ? 'truncate' : 'break', lineHeight: 15, rotate: narrow ? 30 : 0 } }),
		yAxis: amounts(t, kind, { min: base }),
		series: [
			{ type: 'bar', stack: 'w', silent: true, itemStyle: { color: 'transparent' }, data: bars.map((one) => Math.max(one.low, base)), barCategoryGap: '38%' },
			{ type: 'bar', stack: 'w', data: bars.map((one, i) => ({ value: one.high - Math.max(one.low, base), itemStyle: { color: t[steps[i].color] || steps[i].color, borderRadius: 3 },
				label: { show: true, position: 'top', formatter: text(steps[i]), color: t.ink, fontSize: narrow ? 11 : 12, fontWeight: 600 } })) },
		],
	};
};

// Parts to both sides of zero: rows {name, parts: [numbers]}; parts {name, color}.
export const diverging = ({ rows, parts, kind, texts }) => (t, width) => ({
	grid: { left: 4, right: 4, top: 4, bottom: 4, containLabel: true },
	tooltip: { trigger: 'axis', axisPointer: { type: 'shadow', shadowStyle: { color: t.ink, opacity: 0.05 } },
		formatter: (points) => { const i = points[0].dataIndex; return tip(rows[i].name, parts.map((part, j) => [part.name, texts(rows[i].parts[j]), t[part.color]]), rows[i].text); } },
	xAxis: amounts(t, kind, { splitNumber: width < 480 ? 2 : 4 }),
	// The sums stand in a column of their own at the right.
	yAxis: [category(t, rows.map((row) => row.name), { inverse: true, axisLine: { show: false }, axisLabel: { color: t.ink, fontSize: 13, width: Math.min(170, width * 0.32), overflow: 'truncate' } }),
		category(t, rows.map((row) => row.text), { inverse: true, position: 'right', axisLine: { show: false }, axisLabel: { color: t.ink, fontSize: 13, fontWeight: 600 } })],
	series: parts.map((part, j) => ({ type: 'bar', stack: 's', barMaxWidth: 18, barCategoryGap: '35%', color: t[part.color], data: rows.map((row) => row.parts[j] || 0) })),
});

export const funnel = ({ steps, color }) => (t) => ({
	tooltip: { trigger: 'item', formatter: (point) => tip(steps[point.dataIndex].name, [[say('people'), count(steps[point.dataIndex].value)]], steps[point.dataIndex].note) },
	series: [{ type: 'funnel', sort: 'none', left: 0, right: 0, top: 0, bottom: 0, gap: 3, minSize: '2%', maxSize: '100%', label: { show: false },
		data: steps.map((step, i) => ({ name: step.name, value: step.value || 0, itemStyle: { color: mix(color(t), t.sheet, i * 0.1), borderWidth: 0 } })) }],
});

// Weekdays by hours; values[day][hour].
export const week = ({ values, color, unit }) => (t, width) => {
	const cells = values.flatMap((row, day) => row.map((value, hour) => [hour, day, value]));
	const most = Math.max(1, ...cells.map((one) => one[2] || 0));
	return {
		grid: { left: 4, right: 4, top: 4, bottom: 4, containLabel: true },
		tooltip: { trigger: 'item', formatter: ({ value: [hour, day, value] }) => tip(`${weekday(day, 'long')}, ${String(hour).padStart(2, '0')}:00–${String(hour + 1).padStart(2, '0')}:00`, [[unit, count(value)]]) },
		visualMap: { show: false, min: 0, max: most, inRange: { color: [t.wash, mix(t.sheet, color(t), 0.55), color(t)] } },
		xAxis: category(t, Array.from({ length: 24 }, (_, hour) => String(hour)), { axisLine: { show: false }, axisLabel: { color: t.soft, fontSize: 11, interval: width < 520 ? 5 : 2 } }),
		yAxis: category(t, values.map((_, day) => weekday(day)), { inverse: true, axisLine: { show: false } }),
		series: [{ type: 'heatmap', data: cells, itemStyle: { borderColor: t.sheet, borderWidth: 1.5, borderRadius: 3 }, emphasis: { itemStyle: { borderColor: t.ink } } }],
	};
};

// R (rows, 5 on top) by F (columns).
export const scores = ({ values, whole, color }) => (t) => {
	const cells = values.flatMap((row, r) => row.map((value, f) => [f, r, value]));
	const most = Math.max(1, ...cells.map((one) => one[2] || 0));
	const shade = (value) => mix(t.wash, color(t), Math.sqrt((value || 0) / most));
	const names = ['1', '2', '3', '4', '5'];
	return {
		grid: { left: 26, right: 4, top: 4, bottom: 24, containLabel: true },
		tooltip: { trigger: 'item', formatter: ({ value: [f, r, value] }) => tip(`R ${r + 1} · F ${f + 1}`, [[say('customers'), count(value)], [say('share'), percent(whole ? value / whole : null)]]) },
		xAxis: category(t, names, { name: say('rf.f'), nameLocation: 'middle', nameGap: 26, nameTextStyle: { color: t.soft }, axisLine: { show: false } }),
		yAxis: category(t, names, { name: say('rf.r'), nameLocation: 'middle', nameGap: 24, nameTextStyle: { color: t.soft }, axisLine: { show: false } }),
		series: [{ type: 'heatmap', itemStyle: { borderColor: t.sheet, borderWidth: 3, borderRadius: 6 }, label: { show: true, fontSize: 13, formatter: ({ value }) => (missing(value[2]) ? NONE : count(value[2])) },
			data: cells.map((one) => ({ value: one, itemStyle: { color: shade(one[2]) }, label: { color: readable(shade(one[2])) } })) }],
	};
};

// Areas: nodes {name, value, children, note}; branches are told apart by their shade.
export const treemap = ({ nodes, color, unit, whole }) => (t) => {
	const coloured = nodes.map((node, i) => {
		const shade = mix(color(t), t.sheet, Math.min(0.78, i * 0.085));
		const frame = mix(shade, t.ink, 0.16);
		const paint = (one) => ({ ...one, itemStyle: { color: shade, borderColor: one.children ? frame : shade }, label: { color: readable(shade) },
			upperLabel: { color: readable(frame) }, children: one.children && one.children.map(paint) });
		return paint(node);
	});
	const path = (info) => info.treePathInfo.slice(1).map((step) => brief(step.name, 40)).join(' › ');
	return {
		tooltip: { trigger: 'item', formatter: (info) => (info.treePathInfo.length < 2 ? '' : tip(path(info), [[unit, count(info.value)], [say('share'), percent(whole ? info.value / whole : null)]], info.data.note)) },
		series: [{ type: 'treemap', data: coloured, left: 0, right: 0, top: 0, bottom: 0, roam: false, nodeClick: false, breadcrumb: { show: false },
			label: { fontSize: 12, lineHeight: 16, overflow: 'truncate', formatter: (info) => `${brief(info.name, 40)}\n${count(info.value)}` },
			upperLabel: { show: false }, itemStyle: { borderColor: t.sheet, borderWidth: 1, gapWidth: 1 },
			levels: [{ itemStyle: { borderWidth: 0, gapWidth: 4, borderColor: t.sheet } },
				{ itemStyle: { gapWidth: 1, borderWidth: nodes.some((node) => node.children) ? 1 : 0 }, upperLabel: { show: nodes.some((node) => node.children && node.children.length), height: 24, fontSize: 12, fontWeight: 600, formatter: (info) => `${brief(info.name, 40)}  ${count(info.value)}` } },
				{ itemStyle: { gapWidth: 1, borderWidth: 0 } }, {}] }],
	};
};

// People from stages then (left) to stages now (right): links {from, to, value}, stages {key, name, color}.
export const flows = ({ links, stages, then, now }) => (t, width) => {
	const names = (side) => stages.filter((stage) => links.some((link) => link[side] === stage.key));
	const node = (side) => (stage) => ({ name: `${side}:${stage.key}`, depth: side === 'from' ? 0 : 1, itemStyle: { color: stage.color(t), borderWidth: 0 },
		label: { position: side === 'from' ? 'right' : 'left', formatter: `${stage.name}  ${count(links.filter((link) => link[side] === stage.key).reduce((sum, link) => sum + link.value, 0))}` } });
	const nameOf = (id) => stages.find((stage) => stage.key === id.slice(id.indexOf(':') + 1)).name;
	return {
		tooltip: { trigger: 'item', formatter: (info) => (info.dataType === 'edge' ? tip(`${nameOf(info.data.source)} → ${nameOf(info.data.target)}`, [[say('customers'), count(info.value)]])
			: tip(`${nameOf(info.name)}: ${info.name.startsWith('from') ? then : now}`, [[say('customers'), count(info.value)]])) },
		series: [{ type: 'sankey', left: 0, right: 0, top: 4, bottom: 4, nodeWidth: 14, nodeGap: 12, draggable: false, layoutIterations: 0, emphasis: { focus: 'adjacency' },
			label: { color: t.ink, fontSize: width < 480 ? 12 : 13, textBorderColor: t.sheet, textBorderWidth: 3 }, lineStyle: { color: 'source', opacity: 0.32, curveness: 0.5 },
			data: [...names('from').map(node('from')), ...names('to').map(node('to'))],
			links: links.map((link) => ({ source: `from:${link.from}`, target: `to:${link.to}`, value: link.value })) }],
	};
};

// Ages, one sex to each side: bands, left and right {name, values, color}.
export const pyramid = ({ bands, left, right, whole }) => (t) => {
	const most = Math.max(1, ...left.values, ...right.values);
	const side = (one, sign) => ({ type: 'bar', stack: 'p', barCategoryGap: '22%', color: one.color(t), itemStyle: { borderRadius: sign < 0 ? [4, 0, 0, 4] : [0, 4, 4, 0] },
		data: one.values.map((value) => sign * (value || 0)), label: { show: true, position: sign < 0 ? 'insideRight' : 'insideLeft', color: readable(one.color(t)), fontSize: 12,
			formatter: ({ dataIndex }) => ((one.values[dataIndex] || 0) / most > 0.16 ? percent(whole ? one.values[dataIndex] / whole : null, 0) : '') } });
	return {
		grid: { left: 4, right: 4, top: 28, bottom: 4, containLabel: true },
		title: undefined,
		tooltip: { trigger: 'axis', axisPointer: { type: 'shadow', shadowStyle: { color: t.ink, opacity: 0.05 } },
			formatter: (points) => { const i = points[0].dataIndex; return tip(bands[i], [left, right].map((one) => [one.name, `${count(one.values[i])} (${percent(whole ? one.values[i] / whole : null)})`, one.color(t)])); } },
		xAxis: { ...axis(t), type: 'value', min: -most, max: most, axisLabel: { show: false }, splitLine: { show: false } },
		yAxis: category(t, bands, { axisLine: { show: false }, axisLabel: { color: t.ink, fontSize: 13 } }),
		series: [side(left, -1), side(right, 1)],
	};
};

// Upright bars side by side: series {name, values, color}.
export const columns = ({ names, series, kind, texts }) => (t, width) => ({
	grid: { left: 4, right: 4, top: 12, bottom: 4, containLabel: true },
	tooltip: { trigger: 'axis', axisPointer: { type: 'shadow', shadowStyle: { color: t.ink, opacity: 0.05 } },
		formatter: (points) => tip(names[points[0].dataIndex], series.map((one, j) => [one.name, texts(j, points[0].dataIndex), one.color(t)])) },
	xAxis: category(t, names, { axisLabel: { color: t.soft, fontSize: 12, interval: width / names.length < 34 ? 1 : 0 } }),
	yAxis: amounts(t, kind, { min: 0 }),
	series: series.map((one) => ({ type: 'bar', color: one.color(t), barMaxWidth: 34, barGap: '12%', barCategoryGap: '34%', itemStyle: { borderRadius: [3, 3, 0, 0] }, data: one.values.map((value) => (missing(value) ? null : Number(value))) })),
});

// Countries differ a hundredfold: by the root, the smaller ones are told apart, too.
const shade = Math.sqrt;

// The world: values by country {code: value}.
export const worldMap = ({ values, names, texts, title, color }) => (t) => {
	const data = Object.entries(values).map(([name, value]) => ({ name, value }));
	return {
		tooltip: { trigger: 'item', formatter: ({ name }) => (Object.hasOwn(values, name) ? tip(names(name), [[title, texts(name)]]) : '') },
		visualMap: [0, 1].map((seriesIndex) => ({ show: false, type: 'continuous', seriesIndex, dimension: seriesIndex ? 2 : 0, min: 0, max: Math.max(1e-9, ...Object.values(values).map(shade)),
			inRange: { color: [mix(t.wash, color(t), 0.16), color(t)] } })),
		geo: { map: 'world', left: 0, right: 0, top: 0, bottom: 0, roam: false, selectedMode: false, aspectScale: 0.8, label: { show: false },
			itemStyle: { areaColor: t.wash, borderColor: t.sheet, borderWidth: 0.5 }, emphasis: { label: { show: false }, itemStyle: { areaColor: undefined, borderColor: t.ink, borderWidth: 1 } } },
		series: [{ type: 'map', geoIndex: 0, data: data.map((one) => ({ name: one.name, value: shade(one.value) })) },
			{ type: 'scatter', coordinateSystem: 'geo', symbolSize: 9, itemStyle: { borderColor: t.sheet, borderWidth: 1 }, data: data.filter((one) => isSmall(one.name) && countryPlace(one.name))
				.map((one) => ({ name: one.name, value: [...countryPlace(one.name), shade(one.value)] })) }],
	};
};
