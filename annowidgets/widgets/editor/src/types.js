/**
 * The values that the editor works on, as they stand in JSON. Coordinates are continuous pixels of the picture: origin
 * top left, x right, y down; pixel (row i, column j) covers [j, j+1) x [i, i+1).
 *
 * @typedef {{x: number, y: number}} Point
 * @typedef {[number, number]} Pair x, y
 * @typedef {{x0: number, y0: number, x1: number, y1: number}} Bounds
 * @typedef {[number, number]} Size height, width
 *
 * @typedef {"visible" | "occluded" | "absent"} Visibility
 * @typedef {[number, number, Visibility]} NamedPoint
 *
 * @typedef {{type: "bounding_box", x: number, y: number, width: number, height: number}} Box
 * @typedef {{
 *     type: "rotatable_bounding_box", cx: number, cy: number, width: number, height: number, angle: number
 * }} RotatedBox
 * @typedef {{type: "polygon", rings: Pair[][]}} Polygon
 * @typedef {{type: "polyline", points: Pair[]}} Polyline
 * @typedef {{type: "keypoint", x: number, y: number}} Keypoint
 * @typedef {{type: "bitmask", size: Size, counts: string}} Bitmask
 * @typedef {{type: "object_primitive", points: Record<string, NamedPoint>}} Primitive
 * @typedef {Box | RotatedBox | Polygon | Polyline | Keypoint | Bitmask | Primitive} Shape
 * @typedef {Shape["type"]} ShapeType
 *
 * @typedef {object} Label
 * @property {"label"} [type]
 * @property {string} id
 * @property {string} category
 * @property {Shape} [shape]
 * @property {Record<string, any>} [attributes]
 * @property {Record<string, Record<string, any>>} [attributes_by_frame] frame -> what overrides them from there on
 * @property {Record<string, Shape | null>} [key_frames]
 * @property {number} [until]
 *
 * @typedef {{points: string[], edges?: [string, string][]}} Skeleton
 * @typedef {{name: string, options?: (string | {value: string, questions?: Question[]})[]}} Question
 * @typedef {{name: string, shape: ShapeType, color: string, attributes?: Question[], skeleton?: Skeleton}} ObjectClass
 * @typedef {{objects?: ObjectClass[]}} Ontology
 *
 * @typedef {object} Answer to a question about the picture; its form is Python's, and here it is only handed on
 * @property {string} question
 * @property {any} value
 * @property {number} [frame] the first that it holds for
 * @property {number} [until] the last one; else the first alone
 *
 * @typedef {object} Delta
 * @property {[Label, number][]} put
 * @property {string[]} remove
 * @property {Record<string, Answer[]>} [answers] question -> all answers to it from then on
 *
 * @typedef {{
 *     id: string, kind: "edit" | "undo" | "redo", forward: Delta, backward: Delta, what: string, of?: string | null
 * }} Op one finished gesture; of: id of the edit that an undo takes back, or a redo makes again; else the last one
 *
 * @typedef {{workspace: string, task: string | number | null, user: string}} Key whose draft it is
 *
 * @typedef {object} Given a document as Python gives it
 * @property {number} number another number is another document
 * @property {Key} key
 * @property {Label[]} labels
 * @property {number} revision
 * @property {boolean} [saves] whether Python puts edits into a file; else they are of a copy that it holds
 * @property {Op[]} log
 * @property {number} frames
 * @property {Size[]} sizes of each frame; one where all are alike
 * @property {number} [frame]
 * @property {string} [title]
 * @property {boolean} [interpolate] whether frames follow each other, so that shapes move between key frames
 * @property {string} [modality]
 * @property {number | null} [fps]
 * @property {[number, number] | null} [spacing] of rows and columns, in mm
 *
 * @typedef {object} Model what the front end gives: an anywidget model
 * @property {(name: string) => any} get
 * @property {(content: unknown) => unknown} send
 * @property {(event: string, listener: (...given: any[]) => void) => void} on
 * @property {(event: string, listener: (...given: any[]) => void) => void} off
 * @property {{get_model(id: string): Promise<any>}} [widget_manager]
 */

export {};
