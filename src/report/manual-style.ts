/** The style of the emergency manual: black on white, since it is paper; A4, a page for each SOP, no step cut in two. */
export const manualStyle = `
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; background: #fff; color: #1a1a1a; font: 15px/1.55 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; font-variant-numeric: tabular-nums; }
main { max-width: 760px; margin: 0 auto; padding: 24px 16px 48px; }
h1 { font-size: 28px; line-height: 1.25; margin: 0 0 12px; }
h2 { font-size: 20px; line-height: 1.3; margin: 32px 0 8px; break-after: avoid; }
h3 { font-size: 16px; margin: 20px 0 4px; break-after: avoid; }
p { margin: 0 0 8px; overflow-wrap: anywhere; }
a { color: inherit; }
.company { font-weight: 600; }
.lead { font-size: 17px; }
.made, .about { color: #555; font-size: 13px; }
table { width: 100%; border-collapse: collapse; font-size: 14px; }
th, td { padding: 6px 8px 6px 0; border-bottom: 1px solid #ccc; text-align: left; vertical-align: top; overflow-wrap: break-word; }
th { font-weight: 600; }
tr { break-inside: avoid; }
.by-hand td { height: 34px; }
.contents li { padding: 6px 0 2px 4px; border: 0; }
.contents p { margin: 0; }
td.wide { width: 45%; }
section { margin-top: 48px; border-top: 2px solid #1a1a1a; }
.priority { font-size: 13px; font-weight: 600; white-space: nowrap; border: 1px solid #1a1a1a; border-radius: 4px; padding: 0 5px; }
ol { margin: 0; padding: 0 0 0 2.2em; }
li { position: relative; padding: 10px 0 8px 30px; border-bottom: 1px solid #ccc; break-inside: avoid; }
li::marker { font-weight: 600; }
.box { position: absolute; left: 4px; top: 12px; width: 16px; height: 16px; border: 1.5px solid #1a1a1a; border-radius: 2px; }
.what { font-weight: 600; margin-bottom: 2px; }
.detail { margin: 0 0 5px; font-size: 14px; }
blockquote { margin: 4px 0 6px; padding: 6px 10px; border-left: 3px solid #888; background: #f4f4f4; }
.fields { display: flex; flex-wrap: wrap; gap: 6px 20px; margin: 8px 0; font-size: 13px; color: #555; }
.field { display: flex; flex: 1 1 160px; align-items: flex-end; gap: 6px; white-space: nowrap; }
.field.wide { flex-basis: 100%; white-space: normal; }
.line { flex: 1; min-width: 60px; height: 20px; border-bottom: 1px solid #888; }
.signed { max-width: 420px; margin-left: auto; }
@page { size: A4; margin: 16mm 15mm 18mm; @bottom-right { content: counter(page) " / " counter(pages); font: 9pt system-ui, sans-serif; color: #555; } }
@media print {
  body { font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  h1 { font-size: 22pt; }
  h2 { font-size: 15pt; }
  .lead { font-size: 12pt; }
  .detail, table { font-size: 9.5pt; }
  .made, .about, .fields { font-size: 9pt; }
  section { margin-top: 0; border-top: 0; break-before: page; }
  section h2 { margin-top: 0; }
  a { text-decoration: none; }
  blockquote { background: none; }
}
`;
