import { z } from "zod";
import type { StatusPageSettings } from "../model/status-page.ts";
import type { Text } from "../model/text.ts";
import { fault, show, suggest } from "./diagnostics.ts";
import { isRecord } from "./document.ts";
import { valueAt } from "./issues.ts";
import { isText, judged } from "./leaf.ts";
import type { Reader } from "./reader.ts";
import { boolean, text } from "./schema.ts";
import { fullWidth } from "./syntax.ts";

const nameRemedy = {
  en: "write a name of 1 to 80 characters, or { en: Sales, zh: 销售 }",
  zh: "请写 1 至 80 个字符的名称，或 { en: Sales, zh: 销售 }",
};
const isName = (value: unknown): value is string =>
  isText(value) && value.trim() !== "" && value.length <= 80 && !/\p{Cc}/u.test(value);

/** One name for both languages, or one for each. */
const name = judged<Text>(nameRemedy, (value) => {
  if (isName(value)) return { value: { en: value, zh: value } };
  const wide = fullWidth(value);
  if (wide) return wide;
  if (isRecord(value)) {
    const { en, zh, ...more } = value;
    if (isName(en) && isName(zh) && Object.keys(more).length === 0) return { value: { en, zh } };
    return fault({ en: "is not a name in both languages", zh: "不是中英文名称" }, nameRemedy);
  }
  const shown = show(value);
  return fault({ en: `${shown.en} is not a name`, zh: `${shown.zh}不是名称` }, nameRemedy);
});

const pageSchema = z.strictObject({
  public: boolean.default(false),
  title: name.optional(),
  components: z.unknown().optional(),
});
const componentSchema = z.strictObject({ name, assets: z.array(text).min(1).max(1_000) });

/** @param declared ids of the domains, mailboxes and endpoints */
export function readStatusPage(reader: Reader, declared: readonly string[]): StatusPageSettings {
  reader.entries(["status_page"]);
  const words = reader.parse(pageSchema, ["status_page"]);
  const components = reader.items(["status_page", "components"]).flatMap((path) => {
    const one = reader.parse(componentSchema, path);
    const { assets = [] } = one ?? reader.parts(componentSchema.partial(), path);
    for (const [i, asset] of assets.entries()) {
      if (declared.includes(asset.toLowerCase())) continue;
      reader.report(
        [...path, "assets", i],
        fault(
          { en: "is not among the domains, mailboxes and endpoints", zh: "不在 domains、mailboxes、endpoints 之中" },
          suggest(asset, declared),
        ),
      );
    }
    return one ? [{ name: one.name, assets: one.assets.map((asset) => asset.toLowerCase()) }] : [];
  });
  const company = valueAt(reader.source.value, ["settings", "company"]);
  // Left out, a company is called by its domain, which the page tells nobody.
  const title = words?.title ?? (isName(company) ? { en: company, zh: company } : undefined);
  return { public: words?.public ?? false, title, components };
}
