//! Coordinates for the node view: where each box stands in the pane.

use super::canvas::Side;
use super::drawing::Rect;
use super::layers::layers;

/// Which way the layers run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// From left to right.
    Across,
    /// From top to bottom.
    Down,
}

impl Flow {
    /// Whether edges naturally leave and arrive at this side of a box.
    pub(super) fn runs_through(self, side: Side) -> bool {
        side.is_horizontal() == (self == Flow::Across)
    }

    /// Smallest and comfortable gaps: between layers (without tracks), between boxes of a layer.
    fn gaps(self) -> Gaps {
        match self {
            Flow::Across => Gaps { layer: 5, box_least: 1, box_most: 2, margin: 1 },
            Flow::Down => Gaps { layer: 2, box_least: 3, box_most: 8, margin: 3 },
        }
    }
}

struct Gaps {
    layer: usize,
    box_least: usize,
    box_most: usize,
    margin: usize,
}

/// Columns and rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) width: usize,
    pub(super) height: usize,
}

impl Size {
    /// Extent along the flow.
    fn main(self, flow: Flow) -> usize {
        if flow == Flow::Across { self.width } else { self.height }
    }

    /// Extent across the flow.
    fn cross(self, flow: Flow) -> usize {
        if flow == Flow::Across { self.height } else { self.width }
    }
}

/// Places boxes of these sizes, numbered in order of first act; `None` if they do not fit into the pane.
pub(super) fn place(sizes: &[Size], edges: &[(usize, usize)], flow: Flow, pane: Size) -> Option<Vec<Rect>> {
    let gaps = flow.gaps();
    let breadths: Vec<usize> = sizes.iter().map(|it| it.cross(flow) + gaps.box_least).collect();
    let layers = layers(&breadths, edges, pane.cross(flow) + gaps.box_least);
    let mains = along(sizes, edges, flow, pane, &layers)?;
    let crosses = across(sizes, edges, flow, pane, &layers)?;
    let mut rects = vec![Rect::default(); sizes.len()];
    for (layer, &(start, extent)) in layers.iter().zip(&mains) {
        for &node in layer {
            let (cross, breadth) = (crosses[node], sizes[node].cross(flow));
            rects[node] = match flow {
                Flow::Across => Rect { x: start, y: cross, width: extent, height: breadth },
                Flow::Down => Rect { x: cross, y: start, width: breadth, height: extent },
            };
        }
    }
    Some(rects)
}

/// Start and extent of every layer along the flow.
fn along(
    sizes: &[Size],
    edges: &[(usize, usize)],
    flow: Flow,
    pane: Size,
    layers: &[Vec<usize>],
) -> Option<Vec<(usize, usize)>> {
    let extents: Vec<usize> =
        layers.iter().map(|layer| layer.iter().map(|it| sizes[*it].main(flow)).max().unwrap_or(0)).collect();
    let least = flow.gaps().layer;
    let mut gaps = vec![least; layers.len().saturating_sub(1)];
    let taken = extents.iter().sum::<usize>() + gaps.iter().sum::<usize>();
    let mut slack = pane.main(flow).checked_sub(taken)?;
    let layer_of = |node: usize| layers.iter().position(|it| it.contains(&node)).unwrap_or(0);
    // Every edge that passes a gap may need a track of its own there; rows are dearer than columns.
    let mut tracks = vec![0; gaps.len()];
    for &(from, to) in edges {
        let (a, b) = (layer_of(from), layer_of(to));
        for passing in &mut tracks[a.min(b)..a.max(b)] {
            *passing += 1;
        }
    }
    let wanted: Vec<usize> = tracks
        .iter()
        .map(|passing| match flow {
            Flow::Across => least + passing,
            Flow::Down => least + passing / 2,
        })
        .collect();
    while slack > 0 {
        let narrowest = (0..gaps.len()).filter(|it| gaps[*it] < wanted[*it]);
        let Some(index) = narrowest.max_by_key(|it| (wanted[*it] - gaps[*it], std::cmp::Reverse(*it))) else {
            break;
        };
        gaps[index] += 1;
        slack -= 1;
    }
    let mut at = (slack / 2).min(flow.gaps().margin + 2);
    let mut starts = Vec::with_capacity(layers.len());
    for (index, &extent) in extents.iter().enumerate() {
        starts.push((at, extent));
        at += extent + gaps.get(index).copied().unwrap_or(0);
    }
    Some(starts)
}

/// Start of every box across the flow: in the order of its layer, near the middle of its neighbours.
fn across(
    sizes: &[Size],
    edges: &[(usize, usize)],
    flow: Flow,
    pane: Size,
    layers: &[Vec<usize>],
) -> Option<Vec<usize>> {
    let gaps = flow.gaps();
    let mut neighbours = vec![Vec::new(); sizes.len()];
    for &(from, to) in edges.iter().filter(|it| it.0 != it.1) {
        neighbours[from].push(to);
        neighbours[to].push(from);
    }
    // Doubled centers, so that halves need no rounding until the end.
    let mut center = vec![pane.cross(flow); sizes.len()];
    let mut starts = vec![0; sizes.len()];
    for sweep in 0..4 {
        let order: Vec<usize> =
            if sweep % 2 == 0 { (0..layers.len()).collect() } else { (0..layers.len()).rev().collect() };
        let mut done = vec![false; sizes.len()];
        for index in order {
            let layer = &layers[index];
            let total: usize = layer.iter().map(|it| sizes[*it].cross(flow)).sum();
            let spare = pane.cross(flow).checked_sub(total + gaps.box_least * (layer.len() - 1))?;
            let gap = gaps.box_least + (spare / (layer.len() + 1)).min(gaps.box_most - gaps.box_least);
            let room = pane.cross(flow) - total - gap * (layer.len() - 1);
            let margin = gaps.margin.min(room / 2);
            let wanted: Vec<usize> = layer
                .iter()
                .map(|&node| {
                    let known: Vec<usize> =
                        neighbours[node].iter().filter(|it| done[**it]).map(|it| center[*it]).collect();
                    let middle = if known.is_empty() {
                        center[node]
                    } else {
                        known.iter().sum::<usize>() / known.len()
                    };
                    middle.saturating_sub(sizes[node].cross(flow)) / 2
                })
                .collect();
            let breadths: Vec<usize> = layer.iter().map(|it| sizes[*it].cross(flow)).collect();
            let placed = spread(&wanted, &breadths, gap, margin, pane.cross(flow) - margin);
            for (&node, start) in layer.iter().zip(placed) {
                starts[node] = start;
                center[node] = 2 * start + sizes[node].cross(flow);
            }
            for &node in layer {
                done[node] = true;
            }
        }
    }
    Some(starts)
}

/// Moves intervals apart so that they keep their order and stay between `low` and `high`, half of the way
/// each.
fn spread(wanted: &[usize], breadths: &[usize], gap: usize, low: usize, high: usize) -> Vec<usize> {
    // Pushed down from the top and up from the bottom; the mean of the two keeps order and distance.
    let mut down = Vec::with_capacity(wanted.len());
    let mut least = low;
    for (want, breadth) in wanted.iter().zip(breadths) {
        let start = (*want).max(least);
        down.push(start);
        least = start + breadth + gap;
    }
    let mut up = vec![0; wanted.len()];
    let mut most = high;
    for index in (0..wanted.len()).rev() {
        up[index] = wanted[index].min(most.saturating_sub(breadths[index]));
        most = up[index].saturating_sub(gap);
    }
    let mut starts: Vec<usize> = down.iter().zip(&up).map(|(a, b)| usize::midpoint(*a, *b)).collect();
    // The mean may still stand out at an end; push it back in.
    let mut most = high;
    for index in (0..starts.len()).rev() {
        starts[index] = starts[index].min(most.saturating_sub(breadths[index]));
        most = starts[index].saturating_sub(gap);
    }
    let mut least = low;
    for (start, breadth) in starts.iter_mut().zip(breadths) {
        *start = (*start).max(least);
        least = *start + breadth + gap;
    }
    starts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(wanted: &[usize], expected: &[usize]) {
        // Three rows each, a gap of one, in rows 0..12.
        assert_eq!(spread(wanted, &vec![3; wanted.len()], 1, 0, 12), expected);
    }

    #[test]
    fn boxes_are_moved_apart_and_kept_inside() {
        check(&[], &[]);
        check(&[4], &[4]);
        check(&[4, 4], &[2, 6]);
        check(&[0, 0, 0], &[0, 4, 8]);
        check(&[9, 9, 9], &[1, 5, 9]);
        check(&[20], &[9]);
    }

    #[test]
    fn boxes_that_do_not_fit_are_refused() {
        let sizes = [Size { width: 9, height: 3 }; 3];
        let chain = [(0, 1), (1, 2)];
        assert!(place(&sizes, &chain, Flow::Across, Size { width: 37, height: 3 }).is_some());
        assert!(place(&sizes, &chain, Flow::Across, Size { width: 36, height: 3 }).is_none());
        assert!(place(&sizes, &chain, Flow::Across, Size { width: 80, height: 2 }).is_none());
        assert!(place(&sizes, &chain, Flow::Down, Size { width: 9, height: 13 }).is_some());
        assert!(place(&sizes, &chain, Flow::Down, Size { width: 9, height: 12 }).is_none());
    }
}
