import { describe, expect, it } from "vitest";
import { hostOf, isPublicAddress, checkTargetUrl } from "../../src/domain/target-url.ts";

describe("a target", () => {
  it.each([
    "https://desk.example.com/",
    "https://desk.example.com./hook?token=a%20b",
    "https://xn--80ak6aa92e.com/",
    "https://1.1.1.1/",
    "https://[2606:4700:4700::1111]/",
  ])("may be %s", (url) => {
    expect(checkTargetUrl(url, "deny").ok).toBe(true);
  });

  it.each([
    ["http://desk.example.com/", "https"],
    ["ftp://desk.example.com/", "https"],
    ["javascript:alert(1)", "https"],
    ["desk.example.com", "absolute"],
    ["https://desk.example.com:8443/", "port"],
    ["https://user:pass@desk.example.com/", "user name"],
    ["https://user@desk.example.com/", "user name"],
    ["https://desk.example.com/#top", "fragment"],
    ["https://desk.example.com/#", "fragment"],
    ["https://localhost/", "local"],
    ["https://localhost./", "local"],
    ["https://LOCALHOST/", "local"],
    ["https://localhost../", "empty part"],
    ["https://localhost。。/", "empty part"],
    ["https://localhost%2e%2e/", "empty part"],
    ["https://127.0.0.1../", "empty part"],
    ["https://.localhost/", "empty part"],
    ["https://a..example.com/", "empty part"],
    ["https://metadata.google.internal../", "empty part"],
    ["https://metadata.google.internal./", "local"],
    ["https://metadata.goog/", "local"],
    ["https://1.0.0.127.in-addr.arpa/", "local"],
    ["https://printer.lan/", "local"],
    ["https://a.localhost/", "local"],
    ["https://printer.local/", "local"],
    ["https://metadata.google.internal/", "local"],
    ["https://intranet/", "full domain"],
    ["https://2130706433/", "address"],
    ["https://0x7f.1/", "address"],
    ["https://017700000001/", "address"],
    ["https://①②⑦.⓪.⓪.①/", "address"],
    ["https://[::ffff:127.0.0.1]/", "address"],
    ["https://[::ffff:a9fe:a9fe]/", "address"],
    ["https://169.254.169.254/", "address"],
    [`https://desk.example.com/${"x".repeat(2_048)}`, "2048"],
  ])("may not be %s", (url, reason) => {
    expect(checkTargetUrl(url, "deny")).toMatchObject({ ok: false, reason: expect.stringContaining(reason) });
    // `loopback` allows this machine and nothing else.
    if (!/127|localhost|0x7f|2130|0177|①/i.test(url)) expect(checkTargetUrl(url, "loopback").ok).toBe(false);
  });

  it.each([
    "http://localhost:9/",
    "http://127.0.0.1:8080/hook",
    "http://[::1]:1/",
    "https://127.8.8.8/",
    "http://2130706433/",
  ])("may be %s in development", (url) => {
    expect(checkTargetUrl(url, "loopback").ok).toBe(true);
  });
});

describe("the service's own port", () => {
  const local = { except: [8787, 9123] };

  it.each([
    "http://localhost:8787/",
    "http://localhost.:8787/cdn-cgi/x",
    "http://127.9.9.9:8787/",
    "https://[::1]:8787/",
    "http://[::ffff:7f00:1]:8787/",
    "http://2130706433:08787/",
  ])("is refused as %s", (url) => {
    expect(checkTargetUrl(url, local)).toMatchObject({ ok: false, reason: "must not point to this service" });
  });

  it("is 80 or 443 where the URL names none", () => {
    expect(checkTargetUrl("http://localhost/", { except: [80] }).ok).toBe(false);
    expect(checkTargetUrl("https://localhost/", { except: [443] }).ok).toBe(false);
    expect(checkTargetUrl("http://localhost/", { except: [443] }).ok).toBe(true);
  });

  it("leaves every other port of this machine", () => {
    expect(checkTargetUrl("http://localhost:8788/", local)).toMatchObject({ ok: true, isLocal: true });
  });
});

describe("a public address", () => {
  it.each(["8.8.8.8", "192.88.98.255", "2001:4860:4860::8888", "2001:20::1", "100:0:0:1::1"])(
    "is %s",
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  it.each([
    "10.1.2.3",
    "100.64.0.1",
    "192.0.0.8",
    "198.18.0.1",
    "240.0.0.1",
    "::",
    "::7f00:1",
    "64:ff9b::a00:1",
    "2002:7f00:1::1",
    "fec0::1",
    "3fff::1",
    "ff02::1",
    "1::1",
    "4000::1",
  ])("is not %s", (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

describe("the host of a target", () => {
  it.each([
    ["https://desk.example/a", "desk.example"],
    ["https://DESK.example./a", "desk.example"],
    ["https://desk.example.:8443/", "desk.example:8443"],
    ["http://[::1]:9/", "[::1]:9"],
  ])("of %s is %s: limits count it as one", (url, host) => {
    expect(hostOf(url)).toBe(host);
  });
});
