//! Where panes stand, in cells. [`update`](super::update()) draws the graph and turns pages by it, and `tui`
//! paints by it.
//!
//! Pure functions of columns and rows, and of how much there is to show.

use super::screen::Size;

/// Columns and rows of a screen or a pane.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Area {
    /// Columns.
    pub columns: usize,
    /// Rows.
    pub rows: usize,
}

impl Area {
    /// So many columns and rows.
    pub const fn new(columns: usize, rows: usize) -> Self {
        Self { columns, rows }
    }

    /// Whether it has at least the columns and rows of `least`.
    pub const fn holds(self, least: Area) -> bool {
        self.columns >= least.columns && self.rows >= least.rows
    }
}

impl From<Size> for Area {
    fn from(size: Size) -> Self {
        Self::new(usize::from(size.columns), usize::from(size.rows))
    }
}

/// The least screen for the full layout; smaller screens get a list, still smaller ones plain lines.
pub const FULL: Area = Area::new(60, 16);
/// The least room below the header for the wide layout of the credit view.
pub const WIDE: Area = Area::new(120, 34);

/// Columns of the panel beside the graph, on its own view.
const GRAPH_SIDE: usize = 30;
/// Rows of the legend below it.
pub const GRAPH_LEGEND: usize = 2;
/// Rows around the graph on its own view: those that the header of most episodes has at 80 columns, the rule, the
/// legend, the footer.
const AROUND_GRAPH: usize = 5 + 2 + GRAPH_LEGEND;

/// Columns of the left of the wide layout: credit, sweep, graph.
const WIDE_LEFT: usize = 56;
/// Columns of the act at the right of the wide layout, and from which width on it stands there.
const WIDE_RIGHT: (usize, usize) = (44, 150);

/// Columns before the cells of the film of a run, and those beside them.
pub const FILM_NAME: usize = 10;
const FILM_NUMBERS: usize = 22;

/// The most cells of the film of a run.
pub fn film_cells(size: Size) -> usize {
    Area::from(size).columns.saturating_sub(FILM_NAME + FILM_NUMBERS).max(10)
}

/// Rows of a page; a key for half a screen moves by half of them.
pub fn page(size: Size) -> usize {
    usize::from(size.rows).max(4)
}

/// The least screen on which a look at an episode stands beside the list.
const PREVIEW: Area = Area::new(120, 24);
/// The least and the most columns of that.
const PREVIEW_COLUMNS: (usize, usize) = (46, 84);

/// Whether a look at the episode under the cursor stands beside the list.
pub fn has_preview(size: Size) -> bool {
    Area::from(size).holds(PREVIEW)
}

/// The columns of the list and of the look at an episode beside it, with a wall between them; the latter gets what the list
/// does not `want`, within limits. `None`: there is no room for it.
pub fn beside_list(size: Size, want: usize) -> Option<(usize, usize)> {
    let columns = Area::from(size).columns;
    has_preview(size).then(|| {
        let (least, most) = PREVIEW_COLUMNS;
        let preview = columns
            .saturating_sub(want + 1)
            .clamp(least.max(columns * 35 / 100), most.max(columns * 45 / 100));
        (columns - preview - 1, preview)
    })
}

/// The view of the graph: the drawing, what is said beside it, and on a large terminal what stands below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GraphPanes {
    /// The drawing.
    pub drawing: Area,
    /// Columns beside it.
    pub right: usize,
    /// Rows below it; 0: nothing stands there.
    pub lower: usize,
}

impl GraphPanes {
    /// On a screen of this size.
    pub fn of(size: Size) -> Self {
        let all = Area::from(size);
        let is_large = all.holds(LARGE_GRAPH);
        let right = if is_large { (all.columns * 38 / 100).clamp(52, 90) } else { GRAPH_SIDE };
        let lower = if is_large { all.rows / 3 } else { 0 };
        let rows = all.rows.saturating_sub(AROUND_GRAPH + lower);
        Self { drawing: Area::new(all.columns.saturating_sub(right + 1), rows), right, lower }
    }
}

/// From this size on messages stand beside the graph, and a table below it.
const LARGE_GRAPH: Area = Area::new(140, 36);

/// The room for the drawing of the graph on the wide layout of the credit view; `None` if the screen is too
/// small for that.
pub fn wide_graph(size: Size) -> Option<Area> {
    let all = Area::from(size);
    // About half of the rows below the header are left to it: what is above depends on the episode.
    all.holds(WIDE).then(|| Area::new(WIDE_LEFT - 2, all.rows.saturating_sub(10) / 2))
}

/// Panes of the credit view: credit and acts above, the small matrix and the act below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overview {
    /// Columns of the credit.
    pub left: usize,
    /// Rows of credit and acts.
    pub upper: usize,
    /// Rows of the matrix and the act.
    pub lower: usize,
    /// Rows of the strip below them: 0 or 1.
    pub strip: usize,
}

impl Overview {
    /// The panes in `body`, which is what lies below the header, for an episode with this many agents.
    pub fn of(body: Area, agents: usize) -> Self {
        // What was done, and what would have been better, needs more columns than bars do.
        let left = (body.columns * 9 / 20).clamp(34, 60);
        // Rule, axis, agents, sum above; the matrix and the act below; the rest goes to the list of acts.
        let least = (agents + 3).clamp(6, (body.rows / 2 + 1).max(6));
        let lower = (agents + 3).clamp(9, body.rows.saturating_sub(least).max(9));
        let upper = least.max(body.rows.saturating_sub(lower));
        let lower = body.rows - upper;
        let strip = usize::from(lower >= 8);
        Self { left, upper, lower: lower - strip, strip }
    }
}

/// Panes of the comparison of two episodes: acts above, credit or another pane below, and on a wide terminal texts and
/// states at the right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compare {
    /// Columns of the acts.
    pub left: usize,
    /// Rows of the acts.
    pub upper: usize,
    /// Rows of the pane below them.
    pub lower: usize,
    /// First column of the pane at the right, if there is one.
    pub right: Option<usize>,
}

impl Compare {
    /// The panes in `body`, for a table of credit with this many agents.
    pub fn of(body: Area, agents: usize) -> Self {
        let wide = body.columns >= COMPARE_WIDE;
        let left = if wide { body.columns - COMPARE_RIGHT } else { body.columns };
        // Rule, headings, agents, team; beside them, on a large terminal, what each spent.
        let credit = agents + 3;
        let wanted = if wide && body.rows > 3 * credit { 2 * credit } else { credit };
        let lower = wanted.clamp(6, (body.rows / 2).max(6)).min(body.rows);
        Self { left, upper: body.rows - lower, lower, right: wide.then_some(left) }
    }
}

/// Columns from which on the comparison has a pane at the right, and of that pane.
const COMPARE_WIDE: usize = 140;
const COMPARE_RIGHT: usize = 46;

/// Panes of the credit view on a large terminal: credit, sweep and graph at the left, the timeline in the
/// middle, the act at the right or, if there is no room for that, below the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wide {
    /// Columns of the left.
    pub left: usize,
    /// Columns of the middle.
    pub middle: usize,
    /// Columns of the right; 0: nothing stands there.
    pub right: usize,
    /// Rows of the credit.
    pub credit: usize,
    /// Rows of the sweep, below it. The graph has the rest.
    pub sweep: usize,
    /// Rows below the timeline.
    pub below: usize,
}

impl Wide {
    /// The panes in `body`, which is what lies below the header, for an episode with this many agents and
    /// rows of its sweep. `None` if it is too small.
    pub fn of(body: Area, agents: usize, sweep: usize) -> Option<Self> {
        let (left, third) = (WIDE_LEFT, body.rows / 3);
        let right = if body.columns >= WIDE_RIGHT.1 { WIDE_RIGHT.0 } else { 0 };
        body.holds(WIDE).then(|| Self {
            left,
            middle: body.columns - left - right,
            right,
            credit: (agents + 4).clamp(6, third),
            sweep: sweep.clamp(4, third),
            below: if right > 0 { 10.min(body.rows / 4) } else { third },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panes_of_the_credit_view_fill_its_room() {
        for (columns, rows) in (60..200).step_by(7).flat_map(|it| (11..60).map(move |rows| (it, rows))) {
            for agents in [0, 1, 5, 40, 3000] {
                let body = Area::new(columns, rows);
                let it = Overview::of(body, agents);
                assert_eq!(it.upper + it.lower + it.strip, rows, "{body:?} {agents}");
                assert!(it.left < columns && it.upper >= 6, "{body:?} {agents}: {it:?}");
                let Some(wide) = Wide::of(body, agents, agents) else { continue };
                assert_eq!(wide.left + wide.middle + wide.right, columns);
                assert!(wide.credit + wide.sweep < rows && wide.below < rows, "{body:?} {agents}: {wide:?}");
            }
        }
    }

    #[test]
    fn the_graph_is_drawn_where_it_is_shown() {
        let size = |columns, rows| Size { columns, rows };
        // 80 less the panel of 30 and a gap; 24 less header 5, rule 1, legend 2, footer 1.
        assert_eq!(GraphPanes::of(size(80, 24)).drawing, Area::new(49, 15));
        assert_eq!(GraphPanes::of(size(3, 2)).drawing, Area::default());
        assert_eq!(wide_graph(size(119, 60)), None);
        // The left pane of 56 less its edges; (45 - 10) / 2.
        assert_eq!(wide_graph(size(160, 45)), Some(Area::new(54, 17)));
    }
}
