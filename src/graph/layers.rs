//! Layers for the node view: which box comes after which, and in what order within a layer.
//!
//! After Sugiyama, Tagawa and Toda 1981: cycles are broken (here by the order of first acts, so that time
//! runs along the layers), layers are longest paths, and the order within them follows the barycenter of
//! neighbours. Boxes are numbered in order of first act.

const SWEEPS: usize = 4;

/// The boxes of each layer, in order. A layer is at most `room` broad, unless it holds a single box.
///
/// `breadths` are by box and include the gap to the neighbour.
pub(super) fn layers(breadths: &[usize], edges: &[(usize, usize)], room: usize) -> Vec<Vec<usize>> {
    let mut layers = Vec::new();
    for layer in longest_paths(breadths.len(), edges) {
        let mut part: Vec<usize> = Vec::new();
        let mut taken = 0;
        for node in layer {
            if !part.is_empty() && taken + breadths[node] > room {
                layers.push(std::mem::take(&mut part));
                taken = 0;
            }
            taken += breadths[node];
            part.push(node);
        }
        layers.push(part);
    }
    reorder(breadths.len(), edges, layers)
}

/// Every box one layer after the last of its earlier neighbours. Edges back in time do not count.
fn longest_paths(count: usize, edges: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let mut sources = vec![Vec::new(); count];
    for &(from, to) in edges {
        if from < to {
            sources[to].push(from);
        }
    }
    let mut layer_of = vec![0; count];
    let mut layers: Vec<Vec<usize>> = Vec::new();
    for node in 0..count {
        let layer = sources[node].iter().map(|it| layer_of[*it] + 1).max().unwrap_or(0);
        layer_of[node] = layer;
        layers.resize(layers.len().max(layer + 1), Vec::new());
        layers[layer].push(node);
    }
    layers
}

/// Sweeps back and forth, each time sorting a layer by where its neighbours in the layer before stand. Keeps
/// the order with the shortest edges across.
fn reorder(count: usize, edges: &[(usize, usize)], layers: Vec<Vec<usize>>) -> Vec<Vec<usize>> {
    let mut neighbours = vec![Vec::new(); count];
    for &(from, to) in edges.iter().filter(|it| it.0 != it.1) {
        neighbours[from].push(to);
        neighbours[to].push(from);
    }
    let mut layer_of = vec![0; count];
    for (index, layer) in layers.iter().enumerate() {
        for &node in layer {
            layer_of[node] = index;
        }
    }
    let mut current = layers;
    let mut position = positions(count, &current);
    let (mut best, mut best_length) = (current.clone(), across(edges, &position));
    for sweep in 0..SWEEPS {
        let forth = sweep % 2 == 0;
        let order: Vec<usize> =
            if forth { (0..current.len()).collect() } else { (0..current.len()).rev().collect() };
        for index in order {
            let center = |node: usize| {
                let before = neighbours[node]
                    .iter()
                    .filter(|it| if forth { layer_of[**it] < index } else { layer_of[**it] > index });
                let places: Vec<f64> = before.map(|it| position[*it]).collect();
                if places.is_empty() {
                    position[node]
                } else {
                    places.iter().sum::<f64>() / places.len() as f64
                }
            };
            let mut keyed: Vec<(f64, usize)> = current[index].iter().map(|it| (center(*it), *it)).collect();
            keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
            current[index] = keyed.into_iter().map(|it| it.1).collect();
            position = positions(count, &current);
        }
        let length = across(edges, &position);
        if length < best_length {
            (best, best_length) = (current.clone(), length);
        }
    }
    best
}

/// Where each box is in its layer, from 0 to 1.
fn positions(count: usize, layers: &[Vec<usize>]) -> Vec<f64> {
    let mut position = vec![0.0; count];
    for layer in layers {
        for (index, &node) in layer.iter().enumerate() {
            position[node] = (index as f64 + 0.5) / layer.len() as f64;
        }
    }
    position
}

fn across(edges: &[(usize, usize)], position: &[f64]) -> f64 {
    edges.iter().map(|&(from, to)| (position[from] - position[to]).abs()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(count: usize, edges: &[(usize, usize)], room: usize, expected: &[&[usize]]) {
        let expected: Vec<Vec<usize>> = expected.iter().map(|it| it.to_vec()).collect();
        assert_eq!(layers(&vec![1; count], edges, room), expected);
    }

    #[test]
    fn boxes_are_layered_by_their_longest_path() {
        check(0, &[], 9, &[]);
        check(2, &[], 9, &[&[0, 1]]);
        check(3, &[(0, 1), (1, 2), (0, 2)], 9, &[&[0], &[1], &[2]]);
        // Replies and self-loops do not count.
        check(3, &[(0, 1), (1, 0), (1, 1), (1, 2), (2, 0)], 9, &[&[0], &[1], &[2]]);
    }

    #[test]
    fn a_full_layer_goes_on_in_the_next() {
        check(5, &[(0, 1), (0, 2), (0, 3), (0, 4)], 3, &[&[0], &[1, 2, 3], &[4]]);
        check(2, &[], 0, &[&[0], &[1]]);
    }

    #[test]
    fn layers_are_reordered_to_shorten_edges() {
        // 0 > 3 and 1 > 2 would cross.
        check(4, &[(0, 3), (1, 2)], 9, &[&[0, 1], &[3, 2]]);
    }
}
