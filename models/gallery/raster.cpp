// A small software rasteriser for talking heads: many shadow-mapped lights make soft, occluded
// daylight; the irradiance of skin is diffused over the mesh, per colour, as light under skin is;
// hair, brows and lashes are thin shaded strands. Called from raster.py; one thread, no state.
//
// Space: camera at the origin looking along -z, x right, y up, centimetres. Colours: linear RGB.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace {

struct Vec {
  float x, y, z;
  Vec operator+(Vec o) const { return {x + o.x, y + o.y, z + o.z}; }
  Vec operator-(Vec o) const { return {x - o.x, y - o.y, z - o.z}; }
  Vec operator*(float s) const { return {x * s, y * s, z * s}; }
  Vec operator*(Vec o) const { return {x * o.x, y * o.y, z * o.z}; }
};
float dot(Vec a, Vec b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
Vec cross(Vec a, Vec b) { return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x}; }
Vec unit(Vec a) { return a * (1 / std::sqrt(dot(a, a) + 1e-20f)); }
Vec mix(Vec a, Vec b, float t) { return a * (1 - t) + b * t; }
float clamp01(float x) { return std::min(1.f, std::max(0.f, x)); }
float smooth(float low, float high, float x) {
  float t = clamp01((x - low) / (high - low));
  return t * t * (3 - 2 * t);
}

// ---- value noise, for pores and iris fibres
float lattice(int x, int y, int z) {
  uint32_t h = x * 374761393u + y * 668265263u + z * 2147483647u;
  h = (h ^ (h >> 13)) * 1274126177u;
  return ((h ^ (h >> 16)) & 0xffffff) / 16777216.f;
}
float noise(Vec p) {
  int x = std::floor(p.x), y = std::floor(p.y), z = std::floor(p.z);
  float fx = p.x - x, fy = p.y - y, fz = p.z - z, sum = 0;
  for (int c = 0; c < 8; c++) {
    int i = c & 1, j = (c >> 1) & 1, k = c >> 2;
    sum += (i ? fx : 1 - fx) * (j ? fy : 1 - fy) * (k ? fz : 1 - fz) * lattice(x + i, y + j, z + k);
  }
  return sum * 2 - 1;
}

enum Material : uint8_t { Skin, Eye, Wet, Teeth, Cloth, Cavity };

}  // namespace

// Mirrored field by field in raster.py.
struct Scene {
  int32_t vertexCount, triangleCount, strandCount, strandPoints, lightCount, keyCount;
  int32_t width, height, supersample, scatterPasses;
  float focalPx, centreXPx, centreYPx;   // in output pixels
  float headX, headY, headZ, headRadius; // what the shadow maps cover
  float irisR, irisG, irisB, irisRadius, pupilRadius, poreBump;
  const float *position, *rest, *albedo; // (V, 3); rest is relative to the eye's centre for eyeballs
  const float *scatter, *gloss;          // (V)
  const int32_t* triangle;               // (T, 3)
  const uint8_t* material;               // (T)
  const float *strand, *strandColour, *strandWidth;  // (S, P, 3), (S, 3), (S) cm
  const float *lightDirection, *lightColour;         // (L, 3) towards the light; the first keyCount shine
  const float* background;                           // (H, W, 3)
};

namespace {

Vec at(const float* a, int i) { return {a[3 * i], a[3 * i + 1], a[3 * i + 2]}; }

// ---- one light's view of the head: opaque depth, and the hair's near, far and amount
struct LightMap {
  static constexpr int kSize = 512, kHairSize = 256;
  Vec right, up, towards, centre;
  float scale;
  std::vector<float> depth, hairNear, hairFar, hairCount;

  LightMap(const Scene& s, Vec direction) : towards(unit(direction)), centre{s.headX, s.headY, s.headZ} {
    right = unit(cross(std::fabs(towards.y) > .95f ? Vec{1, 0, 0} : Vec{0, 1, 0}, towards));
    up = cross(towards, right);
    scale = .5f / s.headRadius;
    depth.assign(kSize * kSize, 1e9f);
    hairNear.assign(kHairSize * kHairSize, 1e9f);
    hairFar.assign(kHairSize * kHairSize, -1e9f);
    hairCount.assign(kHairSize * kHairSize, 0.f);
  }
  // u, v in 0-1 over the map; z grows away from the light
  Vec project(Vec p) const {
    Vec q = p - centre;
    return {.5f + dot(q, right) * scale, .5f + dot(q, up) * scale, -dot(q, towards)};
  }
  void drawTriangle(Vec a, Vec b, Vec c) {
    for (Vec* p : {&a, &b, &c}) p->x *= kSize, p->y *= kSize;
    float area = (b.x - a.x) * (c.y - a.y) - (c.x - a.x) * (b.y - a.y);
    if (std::fabs(area) < 1e-9f) return;
    int x0 = std::max(0.f, std::ceil(std::min({a.x, b.x, c.x}) - .5f));
    int x1 = std::min(kSize - 1.f, std::floor(std::max({a.x, b.x, c.x}) - .5f));
    int y0 = std::max(0.f, std::ceil(std::min({a.y, b.y, c.y}) - .5f));
    int y1 = std::min(kSize - 1.f, std::floor(std::max({a.y, b.y, c.y}) - .5f));
    for (int y = y0; y <= y1; y++)
      for (int x = x0; x <= x1; x++) {
        float px = x + .5f, py = y + .5f;
        float w1 = ((px - a.x) * (c.y - a.y) - (c.x - a.x) * (py - a.y)) / area;
        float w2 = ((b.x - a.x) * (py - a.y) - (px - a.x) * (b.y - a.y)) / area;
        if (w1 < 0 || w2 < 0 || w1 + w2 > 1) continue;
        float z = a.z + w1 * (b.z - a.z) + w2 * (c.z - a.z);
        float& d = depth[y * kSize + x];
        d = std::min(d, z);
      }
  }
  void drawHair(Vec p, float amount) {
    int x = p.x * kHairSize, y = p.y * kHairSize;
    if (x < 0 || y < 0 || x >= kHairSize || y >= kHairSize) return;
    int o = y * kHairSize + x;
    hairNear[o] = std::min(hairNear[o], p.z);
    hairFar[o] = std::max(hairFar[o], p.z);
    hairCount[o] += amount;
  }
  float throughSkin(Vec p, float bias, int reach) const {
    float lit = 0;
    int cx = std::floor(p.x * kSize), cy = std::floor(p.y * kSize);
    for (int y = cy - reach; y <= cy + reach; y++)
      for (int x = cx - reach; x <= cx + reach; x++)
        lit += x < 0 || y < 0 || x >= kSize || y >= kSize || p.z - bias < depth[y * kSize + x];
    return lit / ((2 * reach + 1) * (2 * reach + 1));
  }
  float throughHair(Vec p) const {
    float fx = p.x * kHairSize - .5f, fy = p.y * kHairSize - .5f, lit = 0;
    int x0 = std::floor(fx), y0 = std::floor(fy);
    for (int c = 0; c < 4; c++) {
      int x = x0 + (c & 1), y = y0 + (c >> 1);
      float weight = std::fabs(1 - (c & 1) - (fx - x0)) * std::fabs(1 - (c >> 1) - (fy - y0)), through = 1;
      if (x >= 0 && y >= 0 && x < kHairSize && y < kHairSize) {
        int o = y * kHairSize + x;
        float thick = std::max(.3f, hairFar[o] - hairNear[o]);
        if (hairCount[o] > 0) through = std::exp(-hairCount[o] * clamp01((p.z - hairNear[o]) / thick));
      }
      lit += weight * through;
    }
    return lit;
  }
};

struct Renderer {
  const Scene& s;
  const int W, H, V;
  std::vector<Vec> normal, irradiance, screen;
  std::vector<float> keyVisible;  // (V, keyCount)
  std::vector<LightMap> lights;
  std::vector<float> depth;
  std::vector<Vec> image;

  explicit Renderer(const Scene& scene)
      : s(scene), W(s.width * s.supersample), H(s.height * s.supersample), V(s.vertexCount) {}

  void drawLightMaps() {
    std::vector<Vec> q(V);
    float perSplat = 26.f / std::max(1, s.strandCount);
    for (int l = 0; l < s.lightCount; l++) {
      LightMap map(s, at(s.lightDirection, l));
      for (int v = 0; v < V; v++) q[v] = map.project(at(s.position, v));
      for (int t = 0; t < s.triangleCount; t++)  // no cloth: it would blacken the coarse skin triangles at its edge
        if (s.material[t] != Eye && s.material[t] != Cloth)
          map.drawTriangle(q[s.triangle[3 * t]], q[s.triangle[3 * t + 1]], q[s.triangle[3 * t + 2]]);
      for (int i = 0; i < s.strandCount; i++)
        for (int k = 0; k + 1 < s.strandPoints; k++) {
          Vec a = at(s.strand, i * s.strandPoints + k), b = at(s.strand, i * s.strandPoints + k + 1);
          float length = std::sqrt(dot(b - a, b - a));
          float amount = perSplat * s.strandWidth[i] / .01f * length / .25f;
          map.drawHair(map.project(mix(a, b, .3f)), amount);
          map.drawHair(map.project(mix(a, b, .8f)), amount);
        }
      lights.push_back(std::move(map));
    }
  }

  void shadeVertices() {
    normal.assign(V, {0, 0, 0});
    for (int t = 0; t < s.triangleCount; t++) {
      const int32_t* i = s.triangle + 3 * t;
      Vec n = cross(at(s.position, i[1]) - at(s.position, i[0]), at(s.position, i[2]) - at(s.position, i[0]));
      for (int k = 0; k < 3; k++) normal[i[k]] = normal[i[k]] + n;
    }
    std::vector<uint8_t> material(V, Skin);
    for (int t = 0; t < s.triangleCount; t++)
      for (int k = 0; k < 3; k++) material[s.triangle[3 * t + k]] = s.material[t];
    irradiance.assign(V, {0, 0, 0});
    keyVisible.assign(V * s.keyCount, 0.f);
    for (int v = 0; v < V; v++) {
      normal[v] = unit(normal[v]);
      Vec p = at(s.position, v) + normal[v] * .04f;
      float wrap = material[v] == Eye ? .4f : material[v] == Teeth || material[v] == Wet ? .35f : .06f;
      for (int l = 0; l < s.lightCount; l++) {
        float facing = (dot(normal[v], lights[l].towards) + wrap) / (1 + wrap);
        if (facing <= 0) continue;
        Vec q = lights[l].project(p);
        float lit = lights[l].throughSkin(q, material[v] == Eye ? .06f : .12f, material[v] == Cloth ? 3 : 2) *
                    lights[l].throughHair(q);
        irradiance[v] = irradiance[v] + at(s.lightColour, l) * (facing * lit);
        if (l < s.keyCount) keyVisible[v * s.keyCount + l] = lit;
      }
    }
  }

  // Light scatters under skin: red about 5 mm, green 3, blue 1.
  void diffuseSkin() {
    std::vector<int> degree(V, 0);
    std::vector<Vec> sum(V), next;
    for (int t = 0; t < 3 * s.triangleCount; t++) degree[s.triangle[t]] += 2;
    for (int pass = 0; pass < s.scatterPasses; pass++) {
      std::fill(sum.begin(), sum.end(), Vec{0, 0, 0});
      for (int t = 0; t < s.triangleCount; t++) {
        const int32_t* i = s.triangle + 3 * t;
        for (int k = 0; k < 3; k++) sum[i[k]] = sum[i[k]] + irradiance[i[(k + 1) % 3]] + irradiance[i[(k + 2) % 3]];
      }
      for (int v = 0; v < V; v++) {
        if (!degree[v] || s.scatter[v] <= 0) continue;
        Vec d = (sum[v] * (1.f / degree[v]) - irradiance[v]) * (.6f * s.scatter[v]);
        irradiance[v] = irradiance[v] + Vec{d.x, 7 * pass < 3 * s.scatterPasses ? d.y : 0, 7 * pass < s.scatterPasses ? d.z : 0};
      }
    }
  }

  Vec toScreen(Vec p) const {
    float d = -p.z, f = s.focalPx * s.supersample;
    return {s.centreXPx * s.supersample + f * p.x / d, s.centreYPx * s.supersample - f * p.y / d, d};
  }

  void drawMesh() {
    screen.resize(V);
    for (int v = 0; v < V; v++) screen[v] = toScreen(at(s.position, v));
    depth.assign(W * H, 1e9f);
    std::vector<int> hit(W * H, -1);
    std::vector<float> w1s(W * H), w2s(W * H);
    for (int t = 0; t < s.triangleCount; t++) {
      const int32_t* i = s.triangle + 3 * t;
      Vec a = screen[i[0]], b = screen[i[1]], c = screen[i[2]];
      float area = (b.x - a.x) * (c.y - a.y) - (c.x - a.x) * (b.y - a.y);
      if (std::fabs(area) < 1e-9f || (s.material[t] == Skin && area > 0)) continue;
      float behind = s.material[t] == Eye ? .12f : 0;  // keeps the eyeball behind a closed lid
      int x0 = std::max(0.f, std::ceil(std::min({a.x, b.x, c.x}) - .5f));
      int x1 = std::min(W - 1.f, std::floor(std::max({a.x, b.x, c.x}) - .5f));
      int y0 = std::max(0.f, std::ceil(std::min({a.y, b.y, c.y}) - .5f));
      int y1 = std::min(H - 1.f, std::floor(std::max({a.y, b.y, c.y}) - .5f));
      for (int y = y0; y <= y1; y++)
        for (int x = x0; x <= x1; x++) {
          float px = x + .5f, py = y + .5f;
          float w1 = ((px - a.x) * (c.y - a.y) - (c.x - a.x) * (py - a.y)) / area;
          float w2 = ((b.x - a.x) * (py - a.y) - (px - a.x) * (b.y - a.y)) / area;
          if (w1 < -1e-5f || w2 < -1e-5f || w1 + w2 > 1.00001f) continue;
          float z = a.z + w1 * (b.z - a.z) + w2 * (c.z - a.z) + behind;
          int o = y * W + x;
          if (z < depth[o]) depth[o] = z, hit[o] = t, w1s[o] = w1, w2s[o] = w2;
        }
    }
    image.resize(W * H);
    for (int o = 0; o < W * H; o++)
      image[o] = hit[o] < 0 ? at(s.background, (o / W / s.supersample) * s.width + (o % W) / s.supersample)
                            : shade(hit[o], 1 - w1s[o] - w2s[o], w1s[o], w2s[o]);
  }

  Vec iris(Vec local, Vec sclera) const {
    float r = std::hypot(local.x, local.y) / s.irisRadius, angle = std::atan2(local.y, local.x);
    if (local.z < 0 || r > 1.12f) return sclera;
    float fibres = noise({std::cos(angle) * 9, std::sin(angle) * 9, r * 2.5f});
    Vec base = Vec{s.irisR, s.irisG, s.irisB} * (1 + .4f * fibres) * (1.25f - .8f * smooth(.6f, 1.f, r));
    base = mix(base, {.003f, .003f, .004f}, smooth(s.pupilRadius + .06f, s.pupilRadius - .05f, r));
    return mix(base, sclera, smooth(.93f, 1.1f, r));
  }

  Vec shade(int t, float w0, float w1, float w2) const {
    const int32_t* i = s.triangle + 3 * t;
    auto blend = [&](auto&& get) { return get(i[0]) * w0 + get(i[1]) * w1 + get(i[2]) * w2; };
    Vec rest = blend([&](int v) { return at(s.rest, v); }), p = blend([&](int v) { return at(s.position, v); });
    Vec albedo = blend([&](int v) { return at(s.albedo, v); }), n = unit(blend([&](int v) { return normal[v]; }));
    Vec light = blend([&](int v) { return irradiance[v]; }), view = unit(p * -1.f);
    float gloss = blend([&](int v) { return s.gloss[v]; }), shine = 18, fresnel = 1;
    uint8_t material = s.material[t];
    if (dot(n, view) < 0) n = n * -1.f;
    if (material == Eye) {
      albedo = iris(rest, albedo);
      shine = 900;
    } else if (material == Skin) {
      float pores = noise(rest * 14.f), coarse = noise(rest * 6.f);
      Vec bump{noise(rest * 11.f + Vec{9, 0, 0}), noise(rest * 11.f + Vec{0, 9, 0}), noise(rest * 11.f + Vec{0, 0, 9})};
      n = unit(n + bump * s.poreBump);
      albedo = albedo * (1 + .035f * pores + .04f * coarse);
      gloss *= 1 + .5f * pores + .3f * coarse;
      fresnel = 1 + 3 * std::pow(1 - clamp01(dot(n, view)), 4.f);
    } else if (material == Wet || material == Teeth) {
      shine = 60;
    }
    Vec out = albedo * light;
    for (int k = 0; k < s.keyCount; k++) {
      Vec half = unit(lights[k].towards + view);
      float lit = blend([&](int v) { return keyVisible[v * s.keyCount + k]; });
      float nh = clamp01(dot(n, half)), facing = clamp01(dot(n, lights[k].towards) * 3);
      float lobe = material == Eye ? 9 * smooth(.986f, .996f, nh)
                                   : .65f * std::pow(nh, shine) + .35f * std::pow(nh, shine * 4);
      out = out + at(s.lightColour, k) * (gloss * fresnel * lobe * lit * facing);
    }
    return out;
  }

  // Kajiya-Kay at every second point: a strand's diffuse light, a white and a coloured highlight.
  // Light by light, since one light's maps fit the processor's cache and all of them do not.
  std::vector<Vec> shadeStrands() const {
    const int P = s.strandPoints;
    std::vector<Vec> colour(size_t(s.strandCount) * P, {0, 0, 0});
    for (int l = 0; l < s.lightCount; l++) {
      const LightMap& light = lights[l];
      Vec sent = at(s.lightColour, l);
      for (int i = 0; i < s.strandCount; i++) {
        Vec base = at(s.strandColour, i);
        for (int k = 0; k < P; k = k + 2 == P ? k + 1 : k + 2) {
          Vec p = at(s.strand, i * P + k), q = light.project(p);
          float lit = light.throughSkin(q, .35f, 0);
          if (lit > 0) lit *= light.throughHair(q);
          if (lit < .01f) continue;
          Vec along = unit(at(s.strand, i * P + std::min(P - 1, k + 1)) - at(s.strand, i * P + std::max(0, k - 1)));
          float tl = dot(along, light.towards);
          Vec shine = base * (.75f * std::sqrt(std::max(0.f, 1 - tl * tl)));
          if (l < s.keyCount) {
            float th = dot(along, unit(light.towards + unit(p * -1.f))), white = th - .08f, tint = th + .12f;
            white = std::pow(std::max(0.f, 1 - white * white), 60.f);
            tint = std::pow(std::max(0.f, 1 - tint * tint), 14.f);
            shine = shine + Vec{1, 1, 1} * (.022f * white) + base * (.9f * tint);
          }
          colour[i * P + k] = colour[i * P + k] + shine * sent * lit;
        }
      }
    }
    for (int i = 0; i < s.strandCount; i++)
      for (int k = 1; k + 1 < P; k += 2)
        if (k + 2 <= P) colour[i * P + k] = mix(colour[i * P + k - 1], colour[i * P + k + 1], .5f);
    return colour;
  }

  void drawStrands() {
    const int P = s.strandPoints;
    std::vector<Vec> colour = shadeStrands(), spot(P);
    for (int i = 0; i < s.strandCount; i++) {
      for (int k = 0; k < P; k++) spot[k] = toScreen(at(s.strand, i * P + k));
      for (int k = 0; k + 1 < P; k++)
        drawSegment(spot[k], spot[k + 1], colour[i * P + k], colour[i * P + k + 1], taper(i, k));
    }
  }

  float taper(int strand, int k) const {
    float t = float(k) / (s.strandPoints - 1);
    return s.strandWidth[strand] * (1 - .7f * t * t);
  }

  void drawSegment(Vec a, Vec b, Vec ca, Vec cb, float widthCm) {
    float dx = b.x - a.x, dy = b.y - a.y;
    int steps = std::max(1.f, std::ceil(std::max(std::fabs(dx), std::fabs(dy))));
    float width = widthCm * s.focalPx * s.supersample / a.z, cover = std::min(1.f, width);
    int half = std::max(0.f, std::round((width - 1) / 2));
    bool steep = std::fabs(dy) > std::fabs(dx);
    for (int j = 0; j < steps; j++) {
      float t = (j + .5f) / steps, z = a.z + (b.z - a.z) * t;
      Vec c = mix(ca, cb, t);
      for (int k = -half; k <= half; k++) {
        int x = a.x + dx * t + (steep ? k : 0), y = a.y + dy * t + (steep ? 0 : k);
        if (x < 0 || y < 0 || x >= W || y >= H) continue;
        int o = y * W + x;
        if (z - .06f > depth[o]) continue;
        image[o] = mix(image[o], c, cover);
        if (cover > .4f) depth[o] = std::min(depth[o], z);
      }
    }
  }

  void resolve(float* out) const {
    int n = s.supersample;
    for (int y = 0; y < s.height; y++)
      for (int x = 0; x < s.width; x++) {
        Vec sum{0, 0, 0};
        for (int j = 0; j < n; j++)
          for (int i = 0; i < n; i++) {
            Vec c = image[(y * n + j) * W + x * n + i];
            sum = sum + Vec{std::min(c.x, 4.f), std::min(c.y, 4.f), std::min(c.z, 4.f)};
          }
        float* o = out + 3 * (y * s.width + x);
        o[0] = sum.x / (n * n), o[1] = sum.y / (n * n), o[2] = sum.z / (n * n);
      }
  }
};

}  // namespace

// Fills `out` (height, width, 3) with linear RGB.
extern "C" void renderScene(const Scene* scene, float* out) {
  Renderer r(*scene);
  r.drawLightMaps();
  r.shadeVertices();
  r.diffuseSkin();
  r.drawMesh();
  r.drawStrands();
  r.resolve(out);
}
