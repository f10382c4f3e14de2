// @ts-check
import { has, t } from "../../i18n/i18n.js";
import { formatPercent } from "../../lib/money.js";

/** Who chose the category of a row, and how sure the model was. @param {{ category_source: string, category_confidence: number | null }} item */
export function setBy({ category_source: source, category_confidence: confidence }) {
  if (!has(`category-set.${source}`)) return "";
  if (source === "model" && confidence !== null) return t("category-set.model-with", { share: formatPercent(confidence, 0) });
  return t(`category-set.${source}`);
}
