/** An element with a text or with elements in it. */
export type XmlNode = readonly [name: string, content: string | readonly XmlNode[]];

/** Of an amount without a value. */
export const NOT_AVAILABLE = 'N/A';
/** Of what newer drivers do not tell any more. */
export const DEPRECATED = 'Requested functionality has been deprecated';

/** An amount with its unit; `N/A` for null, as the driver does for what a board does not have. */
export function amount(value: number | null, unit = '', decimals = 0): string {
  return value === null ? NOT_AVAILABLE : `${value.toFixed(decimals)}${unit}`;
}

export function watts(value: number | null): string {
  return amount(value, ' W', 2);
}

export function yesOrNo(isSo: boolean | null): string {
  return isSo === null ? NOT_AVAILABLE : isSo ? 'Yes' : 'No';
}

export function enabledOrNot(isOn: boolean | null): string {
  return isOn === null ? NOT_AVAILABLE : isOn ? 'Enabled' : 'Disabled';
}

/** Elements that all have the same text. */
export function alike(text: string, ...names: readonly string[]): XmlNode[] {
  return names.map((name) => [name, text]);
}

/** Indented with tabs, as the driver writes it. */
export function renderNode([name, content]: XmlNode, depth: number): string {
  const indent = '\t'.repeat(depth);
  if (typeof content === 'string') {
    // The one text that the driver sets on a line of its own.
    const own = name === 'mig_devices' ? `\n${indent}\t${content}\n${indent}` : escaped(content);
    return `${indent}<${name}>${own}</${name}>\n`;
  }
  return `${indent}<${name}>\n${content.map((child) => renderNode(child, depth + 1)).join('')}${indent}</${name}>\n`;
}

function escaped(text: string): string {
  return text.replace(/[&<>]/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[character] ?? character);
}
