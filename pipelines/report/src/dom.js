// dom - elements. Everything that comes from data becomes a text node; markup is never made from strings.
export function add(element, children)
{
	for (const child of [children].flat(Infinity))
		if (child !== null && child !== undefined && child !== false && child !== '')
			element.append(child);
	return element;
}

export function set(element, attributes)
{
	for (const [name, value] of Object.entries(attributes || {})) {
		if (name.startsWith('on'))
			element.addEventListener(name.slice(2), value);
		else if (name === 'style')
			for (const [property, text] of Object.entries(value))
				element.style.setProperty(property, text);
		else if (value !== null && value !== undefined && value !== false)
			element.setAttribute(name, value === true ? '' : value);
	}
	return element;
}

export const h = (tag, attributes, ...children) => add(set(document.createElement(tag), attributes), children);
export const s = (tag, attributes, ...children) => add(set(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes), children);
export const how = (text) => (text ? h('p', { class: 'how' }, text) : '');

// A bar of a part of its place, 0 to 1; the number stands beside it.
export function bar(part, className)
{
	const width = `${(Math.max(0, Math.min(1, part || 0)) * 100).toFixed(2)}%`;
	return h('span', { class: 'bar' + (className ? ' ' + className : ''), 'aria-hidden': 'true' }, h('i', { style: { width } }));
}
