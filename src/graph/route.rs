//! Routes for the node view: a path of cells per edge, from box to box.
//!
//! Each edge is a cheapest path over the free cells of the pane. A cell belongs to one edge; a second one may
//! only pass straight through it at a right angle, so that every edge can be followed by eye. First cells,
//! arrow heads and corners are never crossed.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::canvas::Side;
use super::drawing::{Point, Rect};
use super::place::{Flow, Size};

const BEND: u32 = 3;
const CROSSING: u32 = 5;
/// Leaving or arriving at a side that the flow does not run through.
const WRONG_SIDE: u32 = 5;
/// Passing beside a box.
const BESIDE: u32 = 1;
/// How often edges that found no way are moved to the front and everything is routed again.
const RETRIES: usize = 2;
/// Pictures with more edges than this are not routed twice.
const SECOND_TRY_EDGES: usize = 16;

/// All routes of a picture.
pub(super) struct Routes {
    /// Cells per edge, from source to target, in edge order.
    pub(super) cells: Vec<Vec<Point>>,
    /// Number of places where two edges cross.
    pub(super) crossings: usize,
    /// Number of corners.
    pub(super) bends: usize,
}

/// Routes all edges (pairs of box numbers) between `boxes`; `None` if an edge found no way.
///
/// Short edges are routed first; for a small picture a second try in order of first use may need fewer
/// crossings. `budget` is the number of search steps that may still be taken; it bounds the time for a pane
/// of any size.
pub(super) fn route(
    boxes: &[Rect],
    edges: &[(usize, usize)],
    flow: Flow,
    pane: Size,
    budget: &mut usize,
) -> Option<Routes> {
    let distance = |&(from, to): &(usize, usize)| {
        let (a, b) = (boxes[from], boxes[to]);
        let apart = |a: usize, b: usize| a.abs_diff(b);
        apart(2 * a.x + a.width, 2 * b.x + b.width) + 2 * apart(2 * a.y + a.height, 2 * b.y + b.height)
    };
    let by_use: Vec<usize> = (0..edges.len()).collect();
    let mut by_distance = by_use.clone();
    by_distance.sort_by_key(|it| (distance(&edges[*it]), *it));
    let first = persist(boxes, edges, flow, pane, by_distance, budget)?;
    if first.crossings == 0 || edges.len() > SECOND_TRY_EDGES {
        return Some(first);
    }
    match attempt(boxes, edges, flow, pane, &by_use, budget) {
        Ok(second) if second.effort() < first.effort() => Some(second),
        _ => Some(first),
    }
}

/// Routes in this order, then a few more times with the edge that found no way moved to the front.
fn persist(
    boxes: &[Rect],
    edges: &[(usize, usize)],
    flow: Flow,
    pane: Size,
    mut order: Vec<usize>,
    budget: &mut usize,
) -> Option<Routes> {
    for _ in 0..=RETRIES {
        match attempt(boxes, edges, flow, pane, &order, budget) {
            Ok(routes) => return Some(routes),
            Err(failed) => {
                let edge = order.remove(failed);
                order.insert(0, edge);
            }
        }
    }
    None
}

/// Routes in this order; `Err`: the position in `order` of the edge that found no way.
fn attempt(
    boxes: &[Rect],
    edges: &[(usize, usize)],
    flow: Flow,
    pane: Size,
    order: &[usize],
    budget: &mut usize,
) -> Result<Routes, usize> {
    let mut sheet = Sheet::new(boxes, pane, *budget);
    let mut routes = Routes { cells: vec![Vec::new(); edges.len()], crossings: 0, bends: 0 };
    for (position, &edge) in order.iter().enumerate() {
        let (from, to) = edges[edge];
        let found = sheet.find(boxes[from], boxes[to], flow);
        *budget = sheet.budget;
        let cells = found.ok_or(position)?;
        sheet.occupy(&cells, &mut routes);
        routes.cells[edge] = cells;
    }
    Ok(routes)
}

impl Routes {
    /// How hard the picture is to read.
    fn effort(&self) -> usize {
        2 * self.crossings + self.bends
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Ground {
    Free,
    Horizontal,
    Vertical,
    Wall,
}

struct Sheet {
    width: usize,
    height: usize,
    ground: Vec<Ground>,
    beside: Vec<bool>,
    /// Scratch of the search: the cheapest cost and the step before, by cell and direction.
    cost: Vec<u32>,
    before: Vec<u32>,
    /// Steps left.
    budget: usize,
}

const START: u32 = u32::MAX;

impl Sheet {
    fn new(boxes: &[Rect], pane: Size, budget: usize) -> Self {
        let Size { width, height } = pane;
        let mut sheet = Self {
            width,
            height,
            ground: vec![Ground::Free; width * height],
            beside: vec![false; width * height],
            cost: vec![u32::MAX; width * height * 4 + 1],
            before: vec![START; width * height * 4 + 1],
            budget,
        };
        for rect in boxes {
            for y in rect.y.saturating_sub(1)..=rect.y + rect.height {
                for x in rect.x.saturating_sub(1)..=rect.x + rect.width {
                    if let Some(index) = sheet.index(Point { x, y }) {
                        sheet.beside[index] = true;
                        if rect.contains(Point { x, y }) {
                            sheet.ground[index] = Ground::Wall;
                        }
                    }
                }
            }
        }
        sheet
    }

    fn index(&self, point: Point) -> Option<usize> {
        (point.x < self.width && point.y < self.height).then_some(point.y * self.width + point.x)
    }

    fn point(&self, index: usize) -> Point {
        Point { x: index % self.width, y: index / self.width }
    }

    fn step(&self, point: Point, side: Side) -> Option<Point> {
        let next = match side {
            Side::Up => Point { y: point.y.checked_sub(1)?, ..point },
            Side::Right => Point { x: point.x + 1, ..point },
            Side::Down => Point { y: point.y + 1, ..point },
            Side::Left => Point { x: point.x.checked_sub(1)?, ..point },
        };
        self.index(next).map(|_| next)
    }

    /// Cost of going on to the cell `index` towards `side`; `None` if it cannot be entered.
    fn enter(&self, index: usize, side: Side) -> Option<u32> {
        let length = if side.is_horizontal() { 1 } else { 2 };
        let crossing = match (self.ground[index], side.is_horizontal()) {
            (Ground::Free, _) => 0,
            (Ground::Horizontal, false) | (Ground::Vertical, true) => CROSSING,
            _ => return None,
        };
        Some(length + crossing + if self.beside[index] { BESIDE } else { 0 })
    }

    /// The cheapest path of at least two cells from beside `source` to beside `target`.
    fn find(&mut self, source: Rect, target: Rect, flow: Flow) -> Option<Vec<Point>> {
        let starts = ports(source).filter_map(|it| {
            let cell = self.step(it.border, it.side)?;
            let index = cell.y * self.width + cell.x;
            (self.ground[index] == Ground::Free).then_some(Start {
                index,
                side: it.side,
                cost: side_cost(flow, it.side) + it.off_center,
            })
        });
        let starts: Vec<Start> = starts.collect();
        if source != target {
            return self.search(&starts, target, flow).map(|_| self.trace());
        }
        // A loop must not come back to the cell it left from: each start is tried alone, as a wall.
        let mut best: Option<(u32, Vec<Point>)> = None;
        for start in starts {
            self.ground[start.index] = Ground::Wall;
            if let Some(cost) = self.search(&[start], target, flow)
                && best.as_ref().is_none_or(|it| cost < it.0)
            {
                best = Some((cost, self.trace()));
            }
            self.ground[start.index] = Ground::Free;
        }
        best.map(|it| it.1)
    }

    /// Fills `before` with the cheapest path from a start to beside `target`, and returns its cost.
    fn search(&mut self, starts: &[Start], target: Rect, flow: Flow) -> Option<u32> {
        self.cost.fill(u32::MAX);
        let end = self.end();
        let mut open = BinaryHeap::new();
        for start in starts {
            let state = start.index * 4 + start.side as usize;
            self.cost[state] = start.cost;
            self.before[state] = START;
            let left = estimate(self.point(start.index), start.side, target);
            open.push(Reverse((start.cost + left, left, state)));
        }
        while let Some(Reverse((total, left, state))) = open.pop() {
            if state == end {
                return Some(total);
            }
            let (index, side) = (state / 4, Side::ALL[state % 4]);
            let (cell, cost) = (self.point(index), self.cost[state]);
            if total > cost + left {
                continue;
            }
            self.budget = self.budget.checked_sub(1)?;
            let free = self.ground[index] == Ground::Free;
            if free
                && self.before[state] != START
                && self.step(cell, side).is_some_and(|it| is_port(target, it, side.opposite()))
            {
                self.relax(end, cost + side_cost(flow, side), state, 0, &mut open);
            }
            for turn in Side::ALL {
                if turn == side.opposite() || (turn != side && !free) {
                    continue;
                }
                let Some(next) = self.step(cell, turn) else { continue };
                let next_index = next.y * self.width + next.x;
                let Some(step) = self.enter(next_index, turn) else { continue };
                let bend = if turn == side { 0 } else { BEND };
                let to = next_index * 4 + turn as usize;
                self.relax(to, cost + step + bend, state, estimate(next, turn, target), &mut open);
            }
        }
        None
    }

    fn relax(
        &mut self,
        to: usize,
        cost: u32,
        from: usize,
        estimate: u32,
        open: &mut BinaryHeap<Reverse<(u32, u32, usize)>>,
    ) {
        if cost < self.cost[to] {
            self.cost[to] = cost;
            self.before[to] = from as u32;
            open.push(Reverse((cost + estimate, estimate, to)));
        }
    }

    /// The state after all cells: arrived.
    fn end(&self) -> usize {
        self.width * self.height * 4
    }

    /// The cells of the path found last.
    fn trace(&self) -> Vec<Point> {
        let mut cells = Vec::new();
        let mut state = self.before[self.end()];
        while state != START {
            cells.push(self.point(state as usize / 4));
            state = self.before[state as usize];
        }
        cells.reverse();
        cells
    }

    /// Marks the cells of a route.
    fn occupy(&mut self, cells: &[Point], routes: &mut Routes) {
        for (position, &cell) in cells.iter().enumerate() {
            let index = cell.y * self.width + cell.x;
            let is_end = position == 0 || position + 1 == cells.len();
            let before = position.checked_sub(1).map(|it| cells[it]);
            let after = cells.get(position + 1).copied();
            let horizontal = [before, after].iter().flatten().all(|it| it.y == cell.y);
            let vertical = [before, after].iter().flatten().all(|it| it.x == cell.x);
            if self.ground[index] != Ground::Free {
                routes.crossings += 1;
            }
            if !horizontal && !vertical {
                routes.bends += 1;
            }
            self.ground[index] = match self.ground[index] {
                Ground::Free if is_end => Ground::Wall,
                Ground::Free if horizontal => Ground::Horizontal,
                Ground::Free if vertical => Ground::Vertical,
                _ => Ground::Wall,
            };
        }
    }
}

/// Least cost from a cell, entered towards `side`, to a box: rows count double, as cells are twice as high as
/// wide.
fn estimate(cell: Point, side: Side, target: Rect) -> u32 {
    // The path ends beside the box, one cell before it. First the way left or up, then the way right or down.
    let apart = |at: usize, start: usize, length: usize| {
        ((at + 1).saturating_sub(start + length + 1), start.saturating_sub(at + 1))
    };
    let (left, right) = apart(cell.x, target.x, target.width);
    let (up, down) = apart(cell.y, target.y, target.height);
    let (behind, aside) = match side {
        Side::Up => (down, left + right),
        Side::Down => (up, left + right),
        Side::Left => (right, up + down),
        Side::Right => (left, up + down),
    };
    let bends = if behind > 0 { 2 } else { u32::from(aside > 0) };
    (left + right + 2 * (up + down)) as u32 + bends * BEND
}

fn side_cost(flow: Flow, side: Side) -> u32 {
    if flow.runs_through(side) { 0 } else { WRONG_SIDE }
}

/// Where a search may begin: a free cell beside a port, and the direction in which it is entered.
#[derive(Clone, Copy)]
struct Start {
    index: usize,
    side: Side,
    cost: u32,
}

/// A border cell where an edge can be attached.
struct Port {
    border: Point,
    side: Side,
    /// Cost of being away from the middle of its side.
    off_center: u32,
}

/// The ports of a box: its border without the corners.
fn ports(rect: Rect) -> impl Iterator<Item = Port> {
    let (right, bottom) = (rect.x + rect.width - 1, rect.y + rect.height - 1);
    let rows = (rect.y + 1..bottom)
        .flat_map(move |y| [(Point { x: right, y }, Side::Right), (Point { x: rect.x, y }, Side::Left)]);
    let columns = (rect.x + 1..right)
        .flat_map(move |x| [(Point { x, y: bottom }, Side::Down), (Point { x, y: rect.y }, Side::Up)]);
    let off_center = move |x: usize| (2 * x + 1).abs_diff(2 * rect.x + rect.width) as u32 / 4;
    let rows = rows.map(|(border, side)| Port { border, side, off_center: 0 });
    rows.chain(columns.map(move |(border, side)| Port { border, side, off_center: off_center(border.x) }))
}

fn is_port(rect: Rect, point: Point, side: Side) -> bool {
    let inner_row = point.y > rect.y && point.y + 1 < rect.y + rect.height;
    let inner_column = point.x > rect.x && point.x + 1 < rect.x + rect.width;
    match side {
        Side::Left => point.x == rect.x && inner_row,
        Side::Right => point.x + 1 == rect.x + rect.width && inner_row,
        Side::Up => point.y == rect.y && inner_column,
        Side::Down => point.y + 1 == rect.y + rect.height && inner_column,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PANE: Size = Size { width: 24, height: 9 };

    fn boxes() -> [Rect; 2] {
        [Rect { x: 2, y: 3, width: 5, height: 3 }, Rect { x: 16, y: 3, width: 5, height: 3 }]
    }

    #[track_caller]
    fn check(edges: &[(usize, usize)], bends: usize, crossings: usize) {
        let routes = route(&boxes(), edges, Flow::Across, PANE, &mut 9999).expect("there is room");
        assert_eq!((routes.bends, routes.crossings), (bends, crossings));
    }

    #[test]
    fn routes_are_short_and_separate() {
        check(&[(0, 1)], 0, 0);
        // The second edge leaves and arrives at another side: above or below.
        check(&[(0, 1), (1, 0)], 2, 0);
        check(&[(0, 0)], 2, 0);
    }

    #[test]
    fn a_walled_in_box_has_no_route() {
        let boxes = [Rect { x: 0, y: 0, width: 5, height: 3 }, Rect { x: 6, y: 0, width: 5, height: 3 }];
        assert!(route(&boxes, &[(0, 1)], Flow::Across, Size { width: 11, height: 3 }, &mut 9999).is_none());
        assert!(route(&boxes, &[(0, 1)], Flow::Across, Size { width: 11, height: 5 }, &mut 9999).is_some());
    }

    #[test]
    fn a_spent_budget_ends_the_search() {
        assert!(route(&boxes(), &[(0, 1)], Flow::Across, PANE, &mut 3).is_none());
    }

    #[test]
    fn the_estimate_counts_cells_rows_twice_and_bends() {
        let target = boxes()[1];
        for (x, y, side, least) in [
            (15, 4, Side::Right, 0),
            (14, 4, Side::Right, 1),
            (22, 4, Side::Left, 1),
            (18, 1, Side::Down, 2),
            (18, 7, Side::Up, 2),
            // One bend to turn in, two to turn round.
            (18, 1, Side::Right, 2 + BEND),
            (14, 4, Side::Down, 1 + BEND),
            (14, 4, Side::Left, 1 + 2 * BEND),
        ] {
            assert_eq!(estimate(Point { x, y }, side, target), least, "{x} {y} {side:?}");
        }
    }
}
