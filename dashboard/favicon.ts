import type { Status } from "../src/model/status.ts";

const shapes: Readonly<Record<Status, string>> = {
  ok: '<circle cx="16" cy="16" r="15" fill="#1b8a4b"/><path d="m9.5 16.5 4.5 4.5 8.5-9.5" stroke="#fff" stroke-width="3.5" fill="none"/>',
  warning: '<path d="M16 2 31 29H1Z" fill="#e09a1a"/><path d="M16 12v8M16 23v3" stroke="#000" stroke-width="3.5"/>',
  critical:
    '<path d="M10 1h12l9 9v12l-9 9H10l-9-9V10Z" fill="#cf2e25"/><path d="m11 11 10 10m0-10-10 10" stroke="#fff" stroke-width="3.5"/>',
  unknown: '<circle cx="16" cy="16" r="13" fill="none" stroke="#808a95" stroke-width="4" stroke-dasharray="6 4"/>',
};

/** The state of mail where only the tab is seen. */
export function showInTab(status: Status, title: string): void {
  const image = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${shapes[status]}</svg>`;
  document.querySelector('link[rel="icon"]')?.setAttribute("href", `data:image/svg+xml,${encodeURIComponent(image)}`);
  document.title = title;
}
