/** The element with the keyboard in the same tree as a node: the page, or what an element of others' pages hides inside. */
export function focusedBeside(node: Node): Element | null {
  const root = node.getRootNode();
  return root instanceof Document || root instanceof ShadowRoot ? root.activeElement : null;
}
