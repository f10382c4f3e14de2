// @ts-check
import { fetchRules } from "../../api/ingest.js";
import { createCard } from "../../components/card/card.js";
import { t } from "../../i18n/i18n.js";
import { html, one, put } from "../../lib/html.js";
import { categoryTree, forgetCategories } from "../../state/categories.js";
import { mountRules } from "./rules.js";
import { mountTree } from "./tree.js";

/** @typedef {import("../../state/categories.js").CategoryTree} CategoryTree */

/** @type {import("../../router.js").PageModule["mount"]} */
export function mount(element) {
  put(element, html`<div class="page"><div class="page-head"><h1>${t("nav.categories")}</h1></div><div class="grid categories-grid"></div></div>`);
  const grid = one(element, ".grid");
  const treeCard = createCard({ title: t("categories.tree"), className: "span-6" });
  const rulesCard = createCard({ title: t("rules.title"), className: "span-6" });
  grid.append(treeCard.element, rulesCard.element);
  treeCard.answer(t("categories.lead"));
  rulesCard.answer(t("rules.lead"));
  const state = { tree: /** @type {CategoryTree | null} */ (null) };

  const drawRules = () => rulesCard.run(async () => {
    const [rules, tree] = await Promise.all([fetchRules(), state.tree ?? categoryTree()]);
    mountRules(rulesCard.content, { rules, tree, reload: drawRules });
  });
  /** @param {string | null} chosen */
  const drawTree = (chosen) => treeCard.run(async () => {
    forgetCategories();
    state.tree = await categoryTree();
    mountTree(treeCard.content, { tree: state.tree, chosen, reload: drawTree, rulesChanged: drawRules });
  });
  return { ready: drawTree(null).then(drawRules), destroy() {} };
}
