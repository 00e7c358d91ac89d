import { describe, expect, it } from "vitest";
import { brokenEscapes, LIST_NAMES, queryIssues } from "../../src/domain/query-names.ts";

const messages = (query: string) =>
  queryIssues(query, LIST_NAMES).map(({ path, message }) => `${path} ${message}`);

describe("the parameters of a query", () => {
  it.each([
    ["tpoic=csto", "topic"],
    ["topics=", "topic"],
    ["Topics=csto", "topic"],
    ["type[]=statement", "type"],
    ["type%5B0%5D=statement", "type"],
    ["filter[topic]=csto", "topic"],
    ["not[lang]=ru", "not.lang"],
    ["not_topic=csto", "not.topic"],
    ["not.topics=csto", "not.topic"],
    ["people=ara-aivazian", "person"],
    ["organization=csto", "organisation"],
    ["organistaion=csto", "organisation"],
    ["langauge=ru", "lang"],
    ["not.colour=red", "not.type"],
    ["language=ru", "lang"],
    ["lnag=ru", "lang"],
    ["palce=yerevan", "place"],
    ["since=2020-01-01", "from"],
    ["query=peace", "q"],
  ])("name what is meant by %s", (query, meant) => {
    expect(messages(query)).toEqual([expect.stringContaining(`the nearest is ${meant}`)]);
  });

  it("are ignored where they look like no filter", () => {
    const query =
      "?utm_source=a&utm_medium=b&fbclid=c&gclid=d&mc_cid=e&ref=f&s=g&t=h&v=1&page=2&time=3&source=i&_ga=j&cb=k";
    expect(messages(query)).toEqual([]);
    expect(messages("topic=csto&not.LANG=ru&from=2020-01-01&q=x")).toEqual([]);
  });

  it("are compared only if they are few and short", () => {
    expect(messages(`${"x".repeat(10_000)}=1`)).toEqual([]);
    expect(messages(`${"a=1&".repeat(10_000)}topics=csto`)).toEqual([]);
  });

  it("have values whose percent-escapes are UTF-8, as far as they are ours", () => {
    expect(brokenEscapes("?q=caf%E9&topic=%zz&lang=100%", LIST_NAMES).map(({ path }) => path)).toEqual([
      "/q",
      "/topic",
      "/lang",
    ]);
    expect(brokenEscapes("?utm_term=caf%E9&q=caf%C3%A9+%25&from=", LIST_NAMES)).toEqual([]);
  });
});
