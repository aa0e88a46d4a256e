export type Child = Node | string | null | undefined | false;

type Listeners = {
  [E in keyof HTMLElementEventMap as `on${Capitalize<E>}`]?: (event: HTMLElementEventMap[E]) => void;
};

/** Attributes by their HTML names; `true` is an empty attribute, false and null are none. `on…` are listeners. */
type Attributes = { testid?: string } & Listeners & { [attribute: string]: unknown };

/** An element with its attributes, listeners and children. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) {
      element.addEventListener(name.slice(2).toLowerCase(), value as EventListener);
    } else {
      setAttribute(element, name === 'testid' ? 'data-testid' : name, value);
    }
  }
  append(element, children);
  return element;
}

/** An SVG element; attributes by their SVG names. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Record<string, unknown> = {},
  ...children: Child[]
): SVGElementTagNameMap[K] {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value);
  append(element, children);
  return element;
}

/** Sets an attribute where it changes; `false`, null and undefined remove it. */
export function setAttribute(element: Element, name: string, value: unknown): void {
  if (value === false || value === null || value === undefined) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value === true ? '' : value)) {
    element.setAttribute(name, value === true ? '' : String(value));
  }
}

/** Writes text where it changes: a live region is not to be read out twice. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

function append(parent: Element, children: Child[]): void {
  for (const child of children) if (child) parent.append(child);
}
