import type { ReadStream } from "node:tty";

const maxBytes = 4096;

/** All of a stream as one password, without the line end that `echo` adds. Undefined: more than 4 KiB. */
export async function readPassword(input: NodeJS.ReadableStream): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of input) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > maxBytes) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks)
    .toString("utf8")
    .replace(/\r?\n$/, "");
}

/** A terminal that can be asked: keys come one by one, and are not shown. */
export type Terminal = Pick<ReadStream, "setRawMode" | "resume" | "pause" | "on" | "off">;

/**
 * Asks on a terminal without showing what is typed. Backspace and Ctrl-U take back, Enter and Ctrl-D end.
 * @returns undefined after Ctrl-C
 */
export function askPassword(question: string, terminal: Terminal, print: (text: string) => void): Promise<string | undefined> {
  return new Promise((done) => {
    const typed: string[] = [];
    let escaped = false;
    const end = (answer: string | undefined): void => {
      terminal.off("data", onKeys);
      terminal.setRawMode(false);
      terminal.pause();
      print("\n");
      done(answer);
    };
    const onKeys = (keys: Buffer): void => {
      for (const key of keys.toString("utf8")) {
        if (escaped) escaped = !/[a-zA-Z~]/.test(key);
        else if (key === "\r" || key === "\n" || key === "\u0004") return end(typed.join(""));
        else if (key === "\u0003") return end(undefined);
        else if (key === "\u007f" || key === "\b") typed.pop();
        else if (key === "\u0015") typed.length = 0;
        else if (key === "\u001b") escaped = true;
        else if (key >= " " && typed.length < maxBytes) typed.push(key);
      }
    };
    print(question);
    terminal.setRawMode(true);
    terminal.on("data", onKeys);
    terminal.resume();
  });
}
