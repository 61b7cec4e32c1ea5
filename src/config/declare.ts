import type { AnyCheck } from "../model/check.ts";
import type { MailboxAsset } from "./config.ts";
import { fault, nearest, suggest, type Path } from "./diagnostics.ts";
import { valueAt } from "./issues.ts";
import type { MailAddress } from "./names.ts";
import type { Reader } from "./reader.ts";

/** Reports an asset that was declared before, and every check in its `off` that does not exist. */
export function declare(
  reader: Reader,
  checks: ReadonlyMap<string, AnyCheck>,
  seen: Map<string, Path>,
  id: string | undefined,
  path: Path,
  off: readonly string[] = [],
): boolean {
  for (const [i, check] of off.entries()) {
    if (checks.has(check)) continue;
    reader.report(
      [...path, "off", i],
      fault({ en: "there is no such check", zh: "没有这个检查" }, suggest(check, [...checks.keys()])),
    );
  }
  if (id === undefined) return false;
  const first = seen.get(id);
  if (first === undefined) {
    seen.set(id, path);
    return true;
  }
  const line = reader.source.lineOf(first);
  reader.report(
    path,
    fault(
      { en: `${id} is declared already in line ${line}`, zh: `${id} 已在第 ${line} 行声明` },
      { en: "keep one of the two", zh: "请只保留一处" },
    ),
  );
  return false;
}

/** The declared mailbox of an address; reports one that is not declared. */
export function declaredMailbox(
  reader: Reader,
  { id }: MailAddress,
  path: Path,
  mailboxes: readonly MailboxAsset[],
): MailboxAsset | undefined {
  const mailbox = mailboxes.find((it) => it.address.id === id);
  // A mailbox that is declared but wrong has its own message.
  if (!mailbox && !isWritten(reader, id)) reader.report(path, notDeclared(id, mailboxes));
  return mailbox;
}

const isWritten = (reader: Reader, id: string): boolean =>
  reader.items(["mailboxes"]).some((path) => String(valueAt(reader.source.value, [...path, "address"])).toLowerCase() === id);

const notDeclared = (id: string, mailboxes: readonly MailboxAsset[]) => {
  const near = nearest(
    id,
    mailboxes.map((it) => it.address.id),
  );
  return fault(
    { en: `${id} is not among the mailboxes`, zh: `mailboxes 中没有 ${id}` },
    near === undefined
      ? { en: "declare it in mailboxes with its password", zh: "请在 mailboxes 中声明它及其密码" }
      : { en: `write ${near}, or declare it in mailboxes`, zh: `请改为 ${near}，或在 mailboxes 中声明它` },
  );
};
