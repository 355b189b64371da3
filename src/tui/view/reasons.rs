//! Why an act is suspect by its text, and what such an estimate is worth.

use crate::{
    app::OpenEpisode,
    suspicion::{Evidence, TABLE, TextEstimate},
    text,
    tui::{paint::Painter, theme::Role},
};

/// The reasons for the act under the cursor, and what the estimate is worth.
pub(super) fn draw(open: &OpenEpisode, estimate: &TextEstimate, pane: &mut Painter<'_>) {
    let Some(act) = open.act else { return };
    let title = format!("Why {}", open.episode.act(act).id);
    pane.rule(0, &title, "log odds against the mean act of an agent");
    let columns = pane.width().saturating_sub(2);
    let line = |it: &Evidence| format!("{:+.2} {}", it.weight, it.words);
    let mut lines: Vec<(String, Role)> =
        estimate.evidence(&open.episode, act).iter().map(|it| (line(it), Role::Plain)).collect();
    if estimate.is_unlike() {
        let text = format!(
            "unlike the failures this was fitted on: {:.1} times as far as one in twenty of them",
            estimate.distance
        );
        lines.insert(0, (text, Role::Warn));
    }
    let apart = estimate.table().apart;
    lines.push((
        format!(
            "fitted on {} annotated failures; of {} others the agent is right in {}, the act among the first three in {} \
             (the first worker to act: {}, its act: {})",
            TABLE.fitted.episodes,
            apart.episodes,
            apart.agent,
            apart.top3,
            apart.first_worker.agent,
            apart.first_worker.act
        ),
        Role::Dim,
    ));
    let wrapped = lines
        .iter()
        .flat_map(|(line, role)| text::wrap(line, columns).into_iter().map(move |it| (it, *role)));
    for (y, (line, role)) in wrapped.take(pane.height().saturating_sub(1)).enumerate() {
        pane.put(1, y + 1, &line, role);
    }
}
