// charts - draws charts when they come near the screen, and anew when their width or the theme changes.
import { getMap, init, registerMap, use } from 'echarts/core';
import { BarChart, FunnelChart, HeatmapChart, LineChart, MapChart, SankeyChart, ScatterChart, TreemapChart } from 'echarts/charts';
import { GeoComponent, GridComponent, MarkAreaComponent, TooltipComponent, VisualMapComponent } from 'echarts/components';
import { SVGRenderer } from 'echarts/renderers';
import { h } from './dom.js';
import { registerWorld } from './world.js';

use([BarChart, FunnelChart, HeatmapChart, LineChart, MapChart, SankeyChart, ScatterChart, TreemapChart,
	GeoComponent, GridComponent, MarkAreaComponent, TooltipComponent, VisualMapComponent, SVGRenderer]);

const NAMES = ['paper', 'sheet', 'raised', 'ink', 'soft', 'faint', 'line', 'wash', 'good', 'bad', 'other',
	'traffic', 'conversion', 'amount', 'repurchase', 'who', 'worth'];
export let theme = {};

// The colours of style.css, as they are now.
export function readTheme()
{
	const style = getComputedStyle(document.documentElement);
	theme = Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue('--' + name).trim()]));
	theme.sans = style.getPropertyValue('--sans').trim();
}

const parts = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
// A colour between two: 0 is the first.
export function mix(from, to, part)
{
	const a = parts(from), b = parts(to);
	return '#' + a.map((value, i) => Math.round(value + (b[i] - value) * part).toString(16).padStart(2, '0')).join('');
}

// Black or white, whichever can be read on a colour (WCAG relative luminance).
export function readable(hex)
{
	const [r, g, b] = parts(hex).map((value) => {
		const x = value / 255;
		return x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4;
	});
	const luminance = 0.2126 * r + 0.7152 * g + 0.0722 * b;
	return luminance > 0.18 ? '#14161a' : '#ffffff';
}

// What stands in a tooltip: elements, as everything else.
export function tip(title, rows, note)
{
	return h('div', { class: 'tip' }, h('b', {}, title),
		rows.map(([name, value, color]) => h('div', {}, color ? h('i', { style: { background: color } }) : '', h('span', {}, name), h('strong', {}, value))),
		note ? h('small', {}, note) : '');
}

const common = () => ({
	animation: false,
	textStyle: { fontFamily: theme.sans, color: theme.ink, fontSize: 12 },
	tooltip: {
		confine: true, appendTo: 'body', backgroundColor: theme.sheet, borderColor: theme.line, borderWidth: 1, padding: [8, 12],
		textStyle: { color: theme.ink, fontSize: 13 }, extraCssText: 'box-shadow: 0 6px 24px rgb(0 0 0 / .16); border-radius: 8px; max-width: 320px; white-space: normal;',
	},
});

// Countries that are too small to be seen on the map; they get a mark.
let world = null;
const SMALL = 1.5; // degrees
const size = ({ geometry }) => {
	const points = geometry.coordinates.flat(geometry.type === 'Polygon' ? 1 : 2);
	const span = (i) => points.reduce(([low, high], point) => [Math.min(low, point[i]), Math.max(high, point[i])], [Infinity, -Infinity]);
	return Math.max(...[0, 1].map((i) => span(i)[1] - span(i)[0]));
};
export const isSmall = (code) => Boolean(world && world.has(code));
const plots = new Map();

function paint(element)
{
	const plot = plots.get(element);
	const width = element.clientWidth;
	if (!width)
		return;
	if (plot.map && !world) {
		registerWorld({ registerMap });
		world = new Set(getMap('world').geoJson.features.filter((feature) => size(feature) < SMALL).map((feature) => feature.properties.name));
	}
	const option = plot.option(theme, width);
	const height = typeof plot.height === 'function' ? plot.height(width) : plot.height;
	if (height)
		element.style.height = height + 'px';
	if (!plot.chart)
		plot.chart = init(element, null, { renderer: 'svg', width, height: height || element.clientHeight });
	else
		plot.chart.resize({ width, height: height || element.clientHeight, silent: true });
	const { tooltip, ...rest } = option;
	const base = common();
	plot.chart.setOption({ ...base, ...rest, tooltip: { ...base.tooltip, ...tooltip } }, true);
	plot.width = width;
	if (plot.drawn)
		plot.drawn(plot.chart);
}

const near = new IntersectionObserver((entries) => {
	for (const entry of entries)
		if (entry.isIntersecting && plots.has(entry.target)) {
			near.unobserve(entry.target);
			plots.get(entry.target).ready = true;
			// Each on its own: one that cannot be drawn does not keep the others from it.
			queueMicrotask(() => plots.has(entry.target) && paint(entry.target));
		}
}, { rootMargin: '500px 0px' });

const sized = new ResizeObserver((entries) => {
	for (const { target } of entries) {
		const plot = plots.get(target);
		if (plot && plot.ready && target.clientWidth && target.clientWidth !== plot.width)
			requestAnimationFrame(() => plots.has(target) && paint(target));
	}
});

// A place for a chart: {option(theme, width), height, label (said instead of it), map, drawn(chart)}.
export function plot(spec)
{
	const { height } = spec;
	const element = h('div', { class: 'plot', role: 'img', 'aria-label': spec.label,
		style: { height: `${typeof height === 'function' ? height(600) : height}px` } });
	plots.set(element, { ...spec });
	near.observe(element);
	sized.observe(element);
	return element;
}

// Forgets the charts that are no longer on the page.
export function sweep()
{
	for (const [element, { chart }] of plots)
		if (!element.isConnected) {
			near.unobserve(element);
			sized.unobserve(element);
			if (chart)
				chart.dispose();
			plots.delete(element);
		}
}

export function repaint()
{
	readTheme();
	for (const [element, { ready }] of plots)
		if (ready)
			paint(element);
}

// Everything, near the screen or not: for paper.
export function paintAll()
{
	readTheme();
	for (const [element, plot] of plots) {
		near.unobserve(element);
		plot.ready = true;
		paint(element);
	}
}
