// Hides every block that the edge of the page cuts, so that what is seen is whole.
([width, height]) => {
  const BLOCKS = "p, li, dt, dd, h1, h2, h3, h4, h5, h6, pre, td, th, figcaption, caption, address";
  const out = (r) => r.width > 0 && r.height > 0 && r.right > 0 && r.bottom > 0 && r.left < width && r.top < height;
  const whole = (r) => r.left >= -0.5 && r.top >= -0.5 && r.right <= width + 0.5 && r.bottom <= height + 0.5;
  const cut = (rects) => rects.some((r) => out(r) && !whole(r)) || (rects.some(out) && !rects.filter((r) => r.width > 0).every(out));
  for (const img of document.querySelectorAll("img"))  // small ones are part of the line
    if (img.getBoundingClientRect().height >= 40) img.style.setProperty("display", "block", "important");
  const hide = (el) => el.style.setProperty("visibility", "hidden", "important");
  for (const el of document.querySelectorAll("img, svg, video, canvas, table"))
    if (cut([el.getBoundingClientRect()])) {
      hide(el);
      for (const inner of el.querySelectorAll("*")) hide(inner);
    }
  const nodes = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) nodes.push(walker.currentNode);
  for (const node of nodes) {
    if (!node.data.trim()) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    if (!cut([...range.getClientRects()])) continue;
    const block = node.parentElement.closest(BLOCKS);
    if (block) {
      hide(block);
      for (const inner of block.querySelectorAll("*")) hide(inner);
    } else {
      const span = document.createElement("span");
      hide(span);
      node.replaceWith(span);
      span.append(node);
    }
  }
}
