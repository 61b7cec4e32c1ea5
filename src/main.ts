#!/usr/bin/env node
import { enableCompileCache } from "node:module";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import type { AuditOptions } from "./cli/audit.ts";
import type { DiagnoseOptions } from "./cli/diagnose.ts";
import type { EvidenceOptions } from "./cli/evidence.ts";
import type { ExplainOptions } from "./cli/explain.ts";
import type { LoginOptions } from "./cli/login.ts";
import type { ReportOptions } from "./cli/report.ts";
import type { ManualOptions } from "./cli/sop-manual.ts";
import type { SopStartOptions, SopStatusOptions } from "./cli/sop-runs.ts";
import { terminalLanguage } from "./cli/terminal-language.ts";
import { usageError } from "./cli/usage-errors.ts";
import { parseDuration } from "./config/duration.ts";
import { helpHeads } from "./i18n/usage.ts";
import { version } from "./version.ts";

// Compiling the sources is a good part of a short command's time; the second start finds them compiled.
enableCompileCache();

/** Wrong usage or configuration (EX_USAGE of sysexits.h). */
const wrongUsage = 64;
/** A fault of the product (EX_SOFTWARE). */
const softwareFault = 70;
/** Of these, 1 to 3 are a status; what could not be found out is unknown. */
const tellsStatus: ReadonlySet<string> = new Set(["check", "diagnose", "audit", "login"]);
const foundUnknown = 3;

const program = new Command("mailvigil")
  .description("Watches a company's mail service from the outside.\n从外部监控企业邮件服务。")
  .version(version, "-V, --version", "the version · 版本号")
  .helpOption("-h, --help", "this help · 显示帮助")
  .helpCommand("help [command]", "help for a command · 显示某个命令的帮助")
  .configureHelp({ styleTitle: (head) => helpHeads[head] ?? head })
  .configureOutput({ outputError: (said, print) => print(usageError(said, terminalLanguage(process.env))) })
  .exitOverride()
  .showSuggestionAfterError();

const duration = (text: string): number => {
  const ms = parseDuration(text);
  if (ms === undefined) throw new InvalidArgumentError("Write a duration such as 90s or 2m. · 请写时长，例如 90s 或 2m。");
  return ms;
};
const collect = (one: string, before: readonly string[] = []): readonly string[] => [...before, one];
const configOption = ["--config <file>", "the configuration (else $MAILVIGIL_CONFIG, else ./mailvigil.yaml) · 配置文件"] as const;

// Each command is loaded when it is called: `validate` needs no database and no mail.
program
  .command("start")
  .description(
    "watch, store, tell and show, until it is stopped; without a configuration the demonstration company · 持续监控、存储、告警并显示，直到停止；没有配置时运行演示公司",
  )
  .option(...configOption)
  .action(async (options: { config?: string }) => {
    const { configurationFile, start } = await import("./cli/start.ts");
    process.exitCode = await start(configurationFile(options.config, process.env), process.env);
  });

program
  .command("validate")
  .description("read a configuration and say everything that is wrong with it · 检查配置，一次列出全部错误")
  .argument("<file>", "the configuration · 配置文件")
  .action(async (file: string) => {
    const { validate } = await import("./cli/validate.ts");
    process.exitCode = await validate(file, process.env);
  });

program
  .command("plan")
  .description("show the probes that a configuration gives, and the mail servers that were found · 列出全部探测和识别到的服务器")
  .option(...configOption)
  .option("--json", "one JSON array on standard output · 输出一个 JSON 数组")
  .option(
    "--accept",
    "let passwords go to the servers that DNS names now, where they have changed · 同意密码改发到 DNS 现在指向的服务器",
  )
  .action(async (options: { config?: string; json?: boolean; accept?: boolean }) => {
    const { showPlan } = await import("./cli/plan.ts");
    process.exitCode = await showPlan(options, process.env);
  });

program
  .command("check")
  .description("run each probe once, now, without storing anything · 立即把每个探测运行一次，不存储")
  .option(...configOption)
  .option(
    "--only <glob...>",
    "only probes whose id fits one of these; * fits any text, / too · 只运行 id 符合的探测，* 可代替任意文字",
  )
  .option("--json", "one JSON array on standard output · 输出一个 JSON 数组")
  .addOption(
    new Option("--wait <duration>", "how long a round trip may take · 往返检测最多等多久")
      .argParser(duration)
      .default(120_000, "2m"),
  )
  .option("--force", "try credentials too that were refused lately · 最近被拒绝的密码也再试一次")
  .action(async (options: { config?: string; only?: readonly string[]; json?: boolean; wait: number; force?: boolean }) => {
    const { check } = await import("./cli/check.ts");
    process.exitCode = await check(options, process.env);
  });

program
  .command("expiries")
  .description(
    "list everything that ends one day: subscriptions, domains, certificates, own secrets · 列出所有到期日：订阅、域名、证书、自身凭据",
  )
  .option(...configOption)
  .option("--json", "one JSON array on standard output · 输出一个 JSON 数组")
  .addOption(new Option("--ics", "a calendar to import, with reminders · 可导入日历的文件，带提醒").conflicts("json"))
  .action(async (options: { config?: string; json?: boolean; ics?: boolean }) => {
    const { showExpiries } = await import("./cli/expiries.ts");
    process.exitCode = await showExpiries(options, process.env);
  });

program
  .command("diagnose")
  .description(
    "find out why a mailbox does not work: from our own network to the password and the mail on its way · 诊断一个邮箱为何不能收发",
  )
  .argument(
    "<address>",
    "the mailbox; its password comes from the configuration or is asked for · 邮箱地址，密码取自配置或现场输入",
  )
  .option(...configOption)
  .option("--json", "one JSON object on standard output · 输出一个 JSON 对象")
  .option("--language <language>", "en or zh-CN; else that of the configuration or the terminal · 输出语言")
  .option("--password-stdin", "read the password from standard input · 从标准输入读取密码")
  .option("--imap <host>", "the IMAP server, host or host:port, where it cannot be recognised · IMAP 服务器")
  .option("--smtp <host>", "the server that takes its mail, host or host:port · 发信服务器")
  .option("--login <name>", "the login name, where it is not the address · 登录名，与地址不同时填写")
  .option("--provider <id>", "the provider, where it cannot be recognised · 服务商，无法自动识别时填写")
  .option("--dns <ip:port>", "the resolver to ask instead of the system's; may be repeated · 改用的 DNS 服务器，可重复", collect)
  .option("--public <cidr>", "a range that counts as public here; may be repeated · 视为公网的网段，可重复", collect)
  .option("--ca <file>", "a further certificate authority; may be repeated · 另加的证书颁发机构，可重复", collect)
  .addOption(
    new Option("--wait <duration>", "how long a round trip may take · 往返检测最多等多久")
      .argParser(duration)
      .default(120_000, "2m"),
  )
  .option("--force", "try a login too that was refused lately · 最近被拒绝的登录也再试一次")
  .action(async (address: string, options: DiagnoseOptions) => {
    const { diagnose } = await import("./cli/diagnose.ts");
    process.exitCode = await diagnose(address, options, process.env);
  });

program
  .command("channel")
  .description("channels by which alerts are sent · 告警通道")
  .command("test")
  .description("send one real message by a channel of the configuration · 用配置中的某个通道发送一条真实的测试消息")
  .argument("<name>", "its name in channels · 在 channels 中的名称")
  .option(...configOption)
  .action(async (name: string, options: { config?: string }) => {
    const { testChannel } = await import("./cli/channel-test.ts");
    process.exitCode = await testChannel(name, options, process.env);
  });

const sop = program.command("sop").description("emergency procedures of the configuration · 配置中的应急预案");
sop
  .command("list")
  .description("list them with what begins them, who acts and who is told, and the templates not used yet · 列出预案及触发条件")
  .option(...configOption)
  .option("--json", "one JSON object on standard output · 输出一个 JSON 对象")
  .action(async (options: { config?: string; json?: boolean }) => {
    const { listSops } = await import("./cli/sop-list.ts");
    process.exitCode = await listSops(options, process.env);
  });
sop
  .command("manual")
  .description("write the emergency manual, to be printed: one HTML file without anything outside of it · 输出可打印的应急手册")
  .option(...configOption)
  .addOption(new Option("--language <language>", "zh-CN or en; else that of the configuration · 语言").choices(["zh-CN", "en"]))
  .action(async (options: ManualOptions) => {
    const { writeManual } = await import("./cli/sop-manual.ts");
    process.exitCode = await writeManual(options, process.env);
  });
const byOption = ["--by <name>", "who you are, else the user of this machine · 操作人，默认为本机用户"] as const;
sop
  .command("start")
  .description("begin one now, at the daemon that runs · 让运行中的 Mailvigil 立即启动一个预案")
  .argument("<name>", "its name in sops · 在 sops 中的名称")
  .option(...configOption)
  .option(...byOption)
  .action(async (name: string, options: SopStartOptions) => {
    const { startSop } = await import("./cli/sop-runs.ts");
    process.exitCode = await startSop(name, { ...options, drill: false }, process.env);
  });
sop
  .command("status")
  .description(
    "show which are applied now and were within 30 days, or the steps of one · 查看正在执行和近 30 天的预案，或某次的各步骤",
  )
  .argument("[run]", "S-3 or 3 · 编号")
  .option(...configOption)
  .option("--json", "JSON on standard output · 输出 JSON")
  .action(async (run: string | undefined, options: SopStatusOptions) => {
    const { showSopStatus } = await import("./cli/sop-runs.ts");
    process.exitCode = await showSopStatus(run, options, process.env);
  });

program
  .command("drill")
  .description("exercises · 演练")
  .command("sop")
  .description(
    "exercise an emergency procedure: every message is marked [DRILL], no other system is called, no figure counts it · 演练一个预案：消息均标【演练】，不调用其他系统，不计入统计",
  )
  .argument("<name>", "its name in sops · 在 sops 中的名称")
  .option(...configOption)
  .option(...byOption)
  .action(async (name: string, options: SopStartOptions) => {
    const { startSop } = await import("./cli/sop-runs.ts");
    process.exitCode = await startSop(name, { ...options, drill: true }, process.env);
  });

program
  .command("report")
  .description("write the account of a month: availability, incidents, repairs, backups · 输出某月的可靠性报告")
  .option(...configOption)
  .option("--month <month>", "such as 2026-10; else the last that is over · 月份，如 2026-10；默认为上个月")
  .addOption(
    new Option("--format <format>", "html, md, json or csv · 格式").choices(["html", "md", "json", "csv"]).default("html"),
  )
  .addOption(new Option("--language <language>", "zh-CN or en; else that of the configuration · 语言").choices(["zh-CN", "en"]))
  .option("--target <percent>", "the availability wanted; else that of the configuration, 99.9 · 目标可用率，默认按配置，99.9")
  .option(
    "--reissue <reason>",
    "store a month once more, for this reason; Mailvigil must be stopped · 更正已定稿的月份，需先停止服务",
  )
  .action(async (options: ReportOptions) => {
    const { report } = await import("./cli/report.ts");
    process.exitCode = await report(options, process.env);
  });

program
  .command("backup")
  .description("write all data into one file, while the daemon goes on · 把全部数据备份到一个文件，不影响运行")
  .argument("<file>", "the file to write; there must be none of that name · 要写入的文件，不能已存在")
  .option(...configOption)
  .action(async (file: string, options: { config?: string }) => {
    const { backup } = await import("./cli/data-copy.ts");
    process.exitCode = await backup(file, options, process.env);
  });

program
  .command("restore")
  .description("put such a file in the place of the data; the daemon must not run · 用备份文件恢复数据，须先停止运行")
  .argument("<file>", "a file that backup wrote · backup 写出的文件")
  .option(...configOption)
  .action(async (file: string, options: { config?: string }) => {
    const { restore } = await import("./cli/data-copy.ts");
    process.exitCode = await restore(file, options, process.env);
  });

program
  .command("audit")
  .description("look at mail domains from outside: what is wrong, what to publish instead · 从外部审查域名：哪里不对、该怎么改")
  .argument("[domain...]", "the domains · 域名")
  .option("--file <file>", "domains, one a line · 域名列表，每行一个")
  .option("--json", "one JSON array on standard output · 输出一个 JSON 数组")
  .addOption(new Option("--markdown", "a report to forward · 可转发的报告").conflicts("json"))
  .option("--selector <s>", "a DKIM selector that is in use; may be repeated · 在用的 DKIM 选择器，可重复", collect)
  .option("--sends-from <ip>", "an own sending address; may be repeated · 自有发信地址，可重复", collect)
  .option("--dns <ip:port>", "the resolver to ask instead of the system's; may be repeated · 改用的 DNS 服务器，可重复", collect)
  .option("--dnsbl <zone>", "a further block list of addresses; may be repeated · 另加的黑名单，可重复", collect)
  .option("--public <cidr>", "a range that counts as public here; may be repeated · 视为公网的网段，可重复", collect)
  .option("--ca <file>", "a further certificate authority; may be repeated · 另加的证书颁发机构，可重复", collect)
  .option("--relay-test", "the consent to test relaying at the mail servers · 同意测试开放转发")
  .option(
    "--port25-control <host>",
    "a host that proves our own port 25 is open; may be repeated · 证明本机 25 端口可用的主机，可重复",
    collect,
  )
  .option(
    "--what-if <zonefile>",
    "lay these records over the DNS of today: what breaks when they are published · 叠加这些记录，预看发布后的情况",
  )
  .option(
    "--config <file>",
    "take domains, selectors, senders, block lists, DNS servers and authorities from it · 从配置读取域名、选择器、发信地址等",
  )
  .action(async (domains: readonly string[], options: AuditOptions) => {
    const { audit } = await import("./cli/audit.ts");
    process.exitCode = await audit(domains, options, process.env);
  });

program
  .command("explain")
  .description(
    "say why a mail came back, was late or went to the junk folder, and what to do · 说明一封邮件为何被退、迟到或进垃圾箱，以及怎么办",
  )
  .argument("<file>", "the saved mail (.eml), or - for standard input · 已保存的邮件（.eml），- 表示标准输入")
  .option("--json", "one JSON object on standard output · 输出一个 JSON 对象")
  .option("--offline", "do not ask the DNS of today · 不查询今天的 DNS")
  .option("--dns <ip:port>", "the resolver to ask instead of the system's; may be repeated · 改用的 DNS 服务器，可重复", collect)
  .option("--public <cidr>", "a range that counts as public here; may be repeated · 视为公网的网段，可重复", collect)
  .action(async (file: string, options: ExplainOptions) => {
    const { explain } = await import("./cli/explain.ts");
    process.exitCode = await explain(file, options, process.env);
  });

program
  .command("evidence")
  .description(
    "write what the provider's support needs about an incident or a probe, in both languages · 生成提供给服务商客服的证据，中英文对照",
  )
  .argument("<incident|probe>", "M-1042, 1042, or the id of a probe · 事件编号或探测 id")
  .option(...configOption)
  .option("--out <file>", "write it into a file, else to standard output · 写入文件，默认输出到标准输出")
  .action(async (name: string, options: EvidenceOptions) => {
    const { evidence } = await import("./cli/evidence.ts");
    process.exitCode = await evidence(name, options, process.env);
  });

program
  .command("login")
  .description(
    "sign in at Google or Microsoft 365 for a mailbox, and show at once that it opens · 为邮箱登录 Google 或 Microsoft 365，并当场验证能否打开",
  )
  .argument("<provider>", "google, microsoft365 or microsoft365-china · 服务商")
  .argument("<address>", "the mailbox · 邮箱地址")
  .option(...configOption)
  .option("--client-id <id>", "of the application, where the configuration has none · 应用的客户端 ID，配置中没有时给出")
  .option("--client-secret-file <file>", "the file with its client secret, if it has one · 存放客户端密钥的文件")
  .option("--tenant <tenant>", "Microsoft's directory, else the domain of the address · Microsoft 租户，默认为地址的域名")
  .option("--out <file>", "where the refresh token is kept, else the data folder · 刷新令牌存放的文件，默认在数据目录")
  .option("--loopback", "Microsoft: by a browser of this machine, not by a code · Microsoft：用本机浏览器登录，不用代码")
  .action(async (provider: string, address: string, options: LoginOptions) => {
    const { login } = await import("./cli/login.ts");
    process.exitCode = await login(provider, address, options, process.env);
  });

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : wrongUsage;
  else {
    const { exitFailed, isExpected } = await import("./cli/expected.ts");
    const { say } = await import("./cli/say.ts");
    const isKnown = isExpected(error);
    console.error(isKnown ? say.expected(error, terminalLanguage(process.env)) : error);
    const failed = tellsStatus.has(process.argv[2] ?? "") ? foundUnknown : exitFailed;
    process.exitCode = isKnown ? failed : softwareFault;
  }
}
