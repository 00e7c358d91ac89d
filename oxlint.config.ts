/**
 * The linter. Its main job: each room of `src` imports only from the rooms that test/project/rooms.ts lists for it.
 *
 * The config is TypeScript, because the order of dependence is a table. A deliberately bad file for each
 * room, in test/project/fixtures, proves that the rule bites.
 */
import { defineConfig } from "oxlint";
import { PURE } from "./test/project/rooms.ts";

const GIVEN = "Pure code is given what it needs: the time, ids, fetch.";
const IMPURE_GLOBALS = ["fetch", "setTimeout", "setInterval", "performance", "caches", "process", "crypto"];
const IMPURE_PROPERTIES = [
  ["Date", "now"],
  ["Math", "random"],
  ["AbortSignal", "timeout"],
];

export default defineConfig({
  plugins: ["typescript", "unicorn", "import", "oxc", "promise"],
  jsPlugins: ["./test/project/rooms-plugin.ts"],
  categories: { correctness: "error", suspicious: "error" },
  options: { typeAware: true },
  ignorePatterns: ["src/env.d.ts"],
  rules: {
    "rooms/imports": "error",
    "import/no-cycle": ["error", { ignoreTypes: false }],
    "typescript/no-floating-promises": "error",
    "typescript/no-misused-promises": "error",
    "typescript/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
    "typescript/no-explicit-any": "error",
    "typescript/consistent-type-imports": "error",
    // Off where the rule forbids what this code does on purpose.
    "no-await-in-loop": "off",
    "typescript/no-unsafe-type-assertion": "off",
    "no-shadow": "off",
    "no-underscore-dangle": "off",
    "unicorn/consistent-function-scoping": "off",
    "unicorn/no-array-sort": "off",
    "promise/always-return": "off",
    "typescript/consistent-return": "off",
    "import/no-unassigned-import": "off",
    "import/no-named-as-default-member": "off",
    "import/no-named-as-default": "off",
    "typescript/no-unnecessary-type-parameters": "off",
  },
  overrides: [
    {
      files: PURE.flatMap((room) => [`src/${room}/**`, `test/project/fixtures/${room}/**`]),
      rules: {
        "no-restricted-globals": ["error", ...IMPURE_GLOBALS.map((name) => ({ name, message: GIVEN }))],
        "no-restricted-properties": [
          "error",
          ...IMPURE_PROPERTIES.map(([object = "", property = ""]) => ({ object, property, message: GIVEN })),
        ],
      },
    },
  ],
});
