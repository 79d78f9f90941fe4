import type { Written } from './gpu-xml-values.js';

function escaped(text: string): string {
  return text.replace(/[&<>]/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[character] ?? character);
}

/** A value in the driver's way: null is `N/A`. */
export function tag(name: string, value: Written, unit = ''): string {
  const text = value === null ? 'N/A' : typeof value === 'number' ? `${value}${unit}` : escaped(value);
  return `<${name}>${text}</${name}>`;
}

export function block(name: string, ...children: readonly string[]): string {
  return `<${name}>\n${children.join('\n')}\n</${name}>`;
}
