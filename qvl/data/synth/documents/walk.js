// The elements of a page in reading order, with boxes in CSS pixels of the viewport.
// An element that is hidden, covered or off the page is not told; text keeps b, i and code.
([width, height]) => {
  const BLOCK = new Set(["P", "H1", "H2", "H3", "H4", "H5", "H6", "LI", "UL", "OL", "DL", "DT", "DD",
    "TABLE", "PRE", "DIV", "SECTION", "ARTICLE", "BLOCKQUOTE", "FIGURE", "FIGCAPTION", "MAIN", "HEADER",
    "FOOTER", "NAV", "ASIDE", "CENTER", "HR", "TR", "TD", "TH", "TBODY", "THEAD", "TFOOT", "FORM"]);
  const SKIP = new Set(["SCRIPT", "STYLE", "NOSCRIPT", "TEMPLATE", "IFRAME", "OBJECT", "SVG", "svg", "CANVAS", "HEAD"]);
  const MARK = {B: "b", STRONG: "b", I: "i", EM: "i", CODE: "code", TT: "code", KBD: "code", SAMP: "code"};
  const BREAK = "\u2028";  // a line end that is seen; others are blanks
  const round = (x) => Math.round(x * 100) / 100;
  const seen = (el) => {
    const style = getComputedStyle(el);
    return style.visibility === "visible" && style.display !== "none" && +style.opacity > 0.1;
  };
  const inside = (r) => r.width >= 1 && r.height >= 1 && r.left < width && r.top < height && r.right > 0 && r.bottom > 0;
  const whole = (r) => r.left >= -0.5 && r.top >= -0.5 && r.right <= width + 0.5 && r.bottom <= height + 0.5;
  const clip = (r) => ({left: Math.max(0, r.left), top: Math.max(0, r.top), right: Math.min(width, r.right), bottom: Math.min(height, r.bottom)});
  const hit = (el, r) => {  // at its middle the page shows it, or what is in it
    const c = clip(r);
    const at = document.elementFromPoint((c.left + c.right) / 2, (c.top + c.bottom) / 2);
    return at !== null && (el === at || el.contains(at) || at.contains(el));
  };
  const union = (rects) => rects.length ? [
    round(Math.min(...rects.map((r) => r.left))), round(Math.min(...rects.map((r) => r.top))),
    round(Math.max(...rects.map((r) => r.right))), round(Math.max(...rects.map((r) => r.bottom)))] : null;
  // The letters of a text node that stand on the page, and their rects.
  const letters = (node) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    const rects = [...range.getClientRects()].filter(inside);
    if (!rects.length || !seen(node.parentElement)) return null;
    if (!rects.every(whole)) return {cut: true};
    if (!hit(node.parentElement, rects[0])) return {cut: true};
    const style = getComputedStyle(node.parentElement).textTransform;
    let text = node.data;
    if (style === "uppercase") text = text.toUpperCase();
    if (style === "lowercase") text = text.toLowerCase();
    return {text, rects, cut: style === "capitalize"};
  };
  // Text and marks of an element without its blocks; `cut` if some of it is not on the page.
  const inline = (el, stop, mark) => {
    const out = {parts: [], rects: [], cut: false};
    for (const child of el.childNodes) {
      if (child.nodeType === 3) {
        if (!child.data.trim()) { out.parts.push([mark, " "]); continue; }
        const found = letters(child);
        if (found === null) continue;
        if (found.cut) { out.cut = true; continue; }
        out.parts.push([mark, found.text]);
        out.rects.push(...found.rects);
      } else if (child.nodeType === 1 && !SKIP.has(child.tagName) && !stop(child)) {
        if (child.tagName === "BR") { out.parts.push([mark, BREAK]); continue; }
        if (child.tagName === "IMG") { if (inside(child.getBoundingClientRect())) out.parts.push([mark, " "]); continue; }
        const inner = inline(child, stop, MARK[child.tagName] || mark);
        if (BLOCK.has(child.tagName)) inner.parts.push([mark, BREAK]);
        out.parts.push(...inner.parts); out.rects.push(...inner.rects); out.cut ||= inner.cut;
      }
    }
    return out;
  };
  const large = (el) => el.tagName === "IMG" && el.getBoundingClientRect().height >= 40;
  const blocky = (el) => BLOCK.has(el.tagName) || large(el) || [...el.children].some((c) => blocky(c));
  const lists = (el) => el.tagName === "UL" || el.tagName === "OL";
  const never = () => false;
  const text = (kind, el, stop, more) => {
    const found = inline(el, stop || never, "");
    const pre = getComputedStyle(el).whiteSpace.startsWith("pre");
    return {kind, box: union(found.rects), parts: found.parts, cut: found.cut, pre, ...more};
  };
  const list = (el) => ({
    kind: "list", ordered: el.tagName === "OL",
    items: [...el.children].filter((c) => c.tagName === "LI" && seen(c)).map((c) =>
      ({...text("item", c, lists), lists: [...c.querySelectorAll("ul, ol")].filter((l) => l.parentElement.closest("li") === c).map(list)}))});
  const table = (el) => {
    const rect = el.getBoundingClientRect();
    const rows = [...el.rows].filter(seen).map((row) => [...row.cells].map((cell) =>
      ({...text("cell", cell), header: cell.tagName === "TH", rows: cell.rowSpan, columns: cell.colSpan})));
    return {kind: "table", box: union([clip(rect)]), rows, cut: !whole(rect) || !hit(el, rect),
      nested: el.querySelector("table, img, ul, ol, pre") !== null};
  };
  const out = [];
  const walk = (el) => {
    if (SKIP.has(el.tagName) || !seen(el)) return;
    if (el.tagName === "IMG") {
      const rect = el.getBoundingClientRect();
      if (inside(rect) && rect.width >= 40 && rect.height >= 40 && el.naturalWidth > 0)
        out.push({kind: "picture", box: union([clip(rect)]), cut: !whole(rect) || !hit(el, rect), alt: el.alt});
      return;
    }
    if (/^H[1-6]$/.test(el.tagName)) { out.push(text("heading", el, never, {level: +el.tagName[1]})); return; }
    if (lists(el)) { out.push(list(el)); return; }
    if (el.tagName === "TABLE" && el.rows.length > 1 && el.rows[0].cells.length > 1 && !el.querySelector("table, img, ul, ol, pre")) { out.push(table(el)); return; }
    const inner = [...el.children].some((c) => blocky(c));
    if (!inner) {
      if (el.textContent.trim()) out.push(text("paragraph", el));
      return;
    }
    let run = [];
    const flush = () => {  // text that stands between blocks
      if (run.some((n) => n.textContent.trim())) {
        const bare = {childNodes: run};
        const found = inline(bare, never, "");
        out.push({kind: "paragraph", box: union(found.rects), parts: found.parts, cut: found.cut, pre: false});
      }
      run = [];
    };
    for (const child of el.childNodes) {
      if (child.nodeType === 1 && blocky(child)) { flush(); walk(child); }
      else if (child.nodeType === 3 || child.nodeType === 1) run.push(child);
    }
    flush();
  };
  walk(document.body);
  return out;
}
