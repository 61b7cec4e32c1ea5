import { z } from "zod";
import { write } from "../model/channel.ts";
import { explain } from "../model/check.ts";
import { isProxy, type Proxy, proxyRemedy, readProxy } from "../model/proxy.ts";
import { isSecret } from "../model/secret.ts";

/** A proxy as an option of a check or a channel: as the plan has read it, or written by hand as in `mailboxes`. */
export const proxyOption = z
  .union([z.string().meta(write(proxyRemedy)), z.record(z.string(), z.unknown())])
  .transform((value, ctx): Proxy => {
    const read = isProxy(value) ? value : readProxy(value, (it) => (isSecret(it) ? it : undefined));
    if (!("problem" in read)) return read;
    ctx.addIssue({ code: "custom", message: "must be a proxy", params: { fault: read } });
    return z.NEVER;
  })
  .meta(
    explain({
      en: "What the server is reached through where the direct way is blocked, such as socks5://gate.example.com:1080",
      zh: "无法直接访问服务器时所用的代理，例如 socks5://gate.example.com:1080",
    }),
  );
