import { describe, expect, it } from "vitest";
import { clientAt, networksOf } from "../../src/domain/client-network.ts";
import { isLoopbackAddress } from "../../src/domain/target-url.ts";

describe("the networks of a client", () => {
  it("are its /64, /56 and /48, in any spelling of an IPv6 address", () => {
    const networks = ["6:20010db8aaaabbcc", "6:20010db8aaaabb", "6:20010db8aaaa"];
    for (const address of ["2001:db8:aaaa:bbcc::1", "2001:0DB8:AAAA:BBCC:1:2:3:4"]) {
      expect(networksOf(clientAt(address)!)).toEqual(networks);
    }
  });

  it("are its address and its /24 for IPv4, mapped into IPv6 or not", () => {
    for (const address of ["192.0.2.1", "::ffff:192.0.2.1"]) {
      expect(networksOf(clientAt(address)!)).toEqual(["4:c0000201", "4:c00002"]);
    }
  });

  it("are prefixes that contain their neighbours and nobody else", () => {
    const [, household, site] = networksOf(clientAt("2001:db8:0:ff00::1")!);
    expect(clientAt("2001:db8:0:ffff::")).toMatch(new RegExp(`^${household}`));
    expect(clientAt("2001:db8:0:fe00::")).not.toMatch(new RegExp(`^${household}`));
    expect(clientAt("2001:db8:0:fe00::")).toMatch(new RegExp(`^${site}`));
    expect(clientAt("2001:db8:1::")).not.toMatch(new RegExp(`^${site}`));
  });

  it("do not exist for what is no address", () => {
    expect(["", "unknown", "192.0.2.1, 192.0.2.2"].map(clientAt)).toEqual([undefined, undefined, undefined]);
  });
});

it("knows the addresses of the machine itself", () => {
  const own = ["127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"].map(isLoopbackAddress);
  expect([own, isLoopbackAddress("192.0.2.1"), isLoopbackAddress("")]).toEqual([
    [true, true, true, true],
    false,
    false,
  ]);
});
