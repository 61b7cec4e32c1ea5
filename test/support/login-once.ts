import { parseArgs } from "node:util";
import imapLogin from "../../checks/imap-login.ts";
import { runProbe } from "../../src/engine/run-probe.ts";
import { createDial } from "../../src/net/dial.ts";
import { createZone } from "./zone.ts";

/**
 * A program: runs `imap-login` once against an address and prints the observation as JSON. For network namespaces, which a
 * process of their own has to be in. It takes no part in the tests' guard against connections beyond loopback.
 */
const { values } = parseArgs({ options: { address: { type: "string" }, connect: { type: "string", default: "1" } } });
const host = "imap.own.test";
const { ask, resolve } = createZone({ [host]: { A: [values.address ?? "127.0.0.1"] } });
const password = { source: "test", reveal: () => Promise.resolve("x"), toJSON: () => "[secret]" as const };
const options = imapLogin.options.parse({ host, user: "sales@own.test", password, limits: { connect: Number(values.connect) } });
// A process that has just begun is late by nature; what a late loop does is shown elsewhere.
const loop = { latenessSince: () => 0, ageMs: () => 0, [Symbol.dispose]: () => undefined };
const outcome = await runProbe(
  {
    id: "sales@own.test/imap-login",
    asset: "sales@own.test",
    check: imapLogin.id,
    target: imapLogin.target(options),
    options,
    everyMs: imapLogin.every,
    deadlineMs: imapLogin.deadline,
    confirm: imapLogin.confirm,
    measures: imapLogin.measures,
    severity: {},
    business: "normal",
    load: {},
    from: "test",
  },
  imapLogin,
  {
    dial: createDial({ ask, extraAuthorities: [] }),
    ask,
    resolve,
    now: Date.now,
    memory: undefined,
    facts: () => [],
    previous: undefined,
    isPublic: () => true,
    authorities: [],
    sign: (text) => text,
    mask: (text) => text,
    loop,
    stopping: new AbortController().signal,
    lastAt: undefined,
  },
);
process.stdout.write(JSON.stringify(outcome?.observation));
process.exit(0);
